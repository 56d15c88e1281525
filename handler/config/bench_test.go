package config

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdkssm "github.com/aws/aws-sdk-go-v2/service/ssm"
)

// latency is what an answer takes beside the work here, to show what calls one
// after the other cost. It is an assumption, not a measurement of AWS.
const latency = 5 * time.Millisecond

func BenchmarkColdLoad(b *testing.B) {
	for _, n := range []int{1, 10, 50} {
		aws := newFakeAWS(b)
		vars := map[string]string{}
		var fields []reflect.StructField
		var names []string
		for i := range n {
			variable, name := fmt.Sprintf("P%02d", i), fmt.Sprintf("/app/%02d", i)
			aws.put(name, canary)
			vars[variable] = name
			names = append(names, name)
			fields = append(fields, reflect.StructField{Name: variable, Type: reflect.TypeFor[Secret](), Tag: reflect.StructTag(fmt.Sprintf("link:%q", variable))})
		}
		aws.delay = latency
		b.Run(fmt.Sprintf("%d parameters", n), func(b *testing.B) {
			aws.called()
			for b.Loop() {
				if _, err := aws.lambda(vars).load(b.Context(), reflect.StructOf(fields), DefaultFreshFor); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(aws.called()))/float64(b.N), "calls/op")
		})
		b.Run(fmt.Sprintf("%d parameters, one call each", n), func(b *testing.B) {
			aws.called()
			for b.Loop() {
				client := sdkssm.NewFromConfig(sdk.Config{Region: "eu-west-1", BaseEndpoint: &aws.url, Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "token")})
				for _, name := range names {
					if _, err := client.GetParameters(b.Context(), &sdkssm.GetParametersInput{Names: []string{name}, WithDecryption: sdk.Bool(true)}); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(len(aws.called()))/float64(b.N), "calls/op")
		})
	}
}

func BenchmarkCachedLoad(b *testing.B) {
	type Config struct {
		APIKey Secret `link:"API_KEY"`
	}
	aws := newFakeAWS(b)
	aws.put("/app/key", canary)
	l := aws.lambda(map[string]string{"API_KEY": "/app/key"})
	l.now = time.Now
	mustLoad[Config](b, l)
	defer func(old *loader) { process = old }(process)
	process = l.loader
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load[Config](ctx); err != nil {
			b.Fatal(err)
		}
	}
}
