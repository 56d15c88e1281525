package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type clients struct {
	cloudformation *cloudformation.Client
	lambda         *lambda.Client
	s3             *s3.Client
	ssm            *ssm.Client
	sts            *sts.Client
}

// newClients takes endpoint and credentials from the environment that leaveAccount has left.
func newClients(ctx context.Context) (clients, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return clients{}, err
	}
	return clients{
		cloudformation: cloudformation.NewFromConfig(cfg),
		lambda:         lambda.NewFromConfig(cfg),
		s3: s3.NewFromConfig(cfg, func(o *s3.Options) {
			o.UsePathStyle = true                              // a bucket's own host name does not resolve here
			o.DisableLogOutputChecksumValidationSkipped = true // fetchCode compares with what Lambda reports
		}),
		ssm: ssm.NewFromConfig(cfg),
		sts: sts.NewFromConfig(cfg),
	}, nil
}
