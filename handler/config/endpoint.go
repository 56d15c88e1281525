package config

import (
	"fmt"
	"strings"
)

// service is one of the two that are called.
type service struct {
	id       string // of signatures and host names
	target   string
	override string // the variable that names its endpoint
}

var (
	ssm            = service{"ssm", "AmazonSSM", "AWS_ENDPOINT_URL_SSM"}
	secretsManager = service{"secretsmanager", "secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER"}
)

// endpoint returns where the service is, as the SDK finds it (SDKs and tools
// guide, "Service-specific endpoints", "FIPS and dual-stack"). Dual-stack
// endpoints are left out: a VPC's interface endpoints have none of their names.
func (s service) endpoint(region string, getenv func(string) string) (string, error) {
	if getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") != "true" {
		for _, variable := range []string{s.override, "AWS_ENDPOINT_URL"} {
			if url := getenv(variable); url != "" {
				return url, nil
			}
		}
	}
	if !made(region, 1, 32, lower+digits+"-") {
		return "", fmt.Errorf("cannot be read without a region: AWS_REGION is %q, and Lambda sets it", region)
	}
	host := s.id
	// Parameter Store is FIPS validated in GovCloud under its usual name.
	if getenv("AWS_USE_FIPS_ENDPOINT") == "true" && (s != ssm || !strings.HasPrefix(region, "us-gov-")) {
		host += "-fips"
	}
	return "https://" + host + "." + region + "." + suffix(region), nil
}

// suffix is of the partition that the region is in (SDK for Go v2,
// internal/endpoints/awsrulesfn/partitions.json).
func suffix(region string) string {
	area, _, _ := strings.Cut(region, "-")
	switch {
	case area == "cn":
		return "amazonaws.com.cn"
	case area == "eusc":
		return "amazonaws.eu"
	case strings.HasPrefix(region, "us-iso-"):
		return "c2s.ic.gov"
	case strings.HasPrefix(region, "us-isob-"):
		return "sc2s.sgov.gov"
	case strings.HasPrefix(region, "eu-isoe-"):
		return "cloud.adc-e.uk"
	case strings.HasPrefix(region, "us-isof-"), strings.HasPrefix(region, "eu-isof-"):
		return "csp.hci.ic.gov"
	}
	return "amazonaws.com"
}
