package posture

import (
	"slices"
	"strings"

	"github.com/securegofunction/cdk/internal/policy"
)

// unknownPart stands for a part of a text that is not known: no ARN holds it.
const unknownPart = "\uFFFD"

// pattern says whether a known part of a text is a wildcard.
func pattern(t Text) bool {
	return strings.ContainsAny(strings.ReplaceAll(t.Outline(unknownPart), "${*}", ""), "*?")
}

// wide says whether a Resource element's value has a wildcard where a name could be. What is within a resource that is named, such as the
// objects of a bucket, is not: S3's arn:aws:s3:::orders/*.
func wide(resource Text) bool {
	if !pattern(resource) {
		return false
	}
	parts := strings.SplitN(resource.Outline(unknownPart), ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		// The ARN of a resource that is known when it is deployed, and what is within that.
		_, rest, ok := strings.Cut(resource.Outline(unknownPart), unknownPart)
		return !ok || !strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, ":")
	}
	service, region, account, name := parts[2], parts[3], parts[4], parts[5]
	return strings.ContainsAny(service+region+account, "*?") || strings.ContainsAny(namedBy(service, name), "*?")
}

// namedBy is the part of an ARN's resource that names one (Service Authorization Reference, "Resource types defined by" of each service).
func namedBy(service, resource string) string {
	switch service {
	case "iam", "rds-db", "sns", "sqs":
		return resource
	case "secretsmanager":
		// Secrets Manager ends each ARN in a hyphen and six characters.
		return strings.TrimSuffix(resource, "-??????")
	case "logs":
		// A name may hold slashes: log-group:/aws/lambda/orders:*.
		parts := strings.SplitN(resource, ":", 3)
		return strings.Join(parts[:min(2, len(parts))], ":")
	case "s3", "execute-api":
		if kind, rest, ok := strings.Cut(resource, "/"); ok && kind == "accesspoint" {
			return kind + "/" + upTo(rest, "/")
		}
		return upTo(resource, "/")
	}
	resource = strings.TrimPrefix(resource, "/") // API Gateway's /restapis/<id>
	i := strings.IndexAny(resource, ":/")
	if i < 0 {
		return resource
	}
	return resource[:i+1] + upTo(resource[i+1:], ":/")
}

func upTo(s, separators string) string {
	if i := strings.IndexAny(s, separators); i >= 0 {
		return s[:i]
	}
	return s
}

// unbound are actions for which IAM knows no resource, so that their statements need "*" (Service Authorization Reference, "Actions defined by"
// of each service, where the column of resource types is empty): those that functions call.
var unbound = actionsOf(map[string]string{
	"appconfig":      "ListApplications",
	"bedrock":        "ListFoundationModels",
	"cloudformation": "ListExports ListImports",
	"cloudwatch":     "DescribeAlarmsForMetric DescribeAnomalyDetectors GetMetricData GetMetricStatistics GetMetricWidgetImage ListDashboards ListMetrics PutMetricData",
	"cognito-idp":    "ListUserPools",
	"comprehend":     "BatchDetectDominantLanguage BatchDetectEntities BatchDetectKeyPhrases BatchDetectSentiment BatchDetectSyntax ContainsPiiEntities DetectDominantLanguage DetectKeyPhrases DetectPiiEntities DetectSentiment DetectSyntax",
	"dynamodb":       "DescribeEndpoints DescribeLimits ListBackups ListExports ListGlobalTables ListImports ListStreams ListTables",
	"ec2":            "DescribeAddresses DescribeAvailabilityZones DescribeImages DescribeInstanceStatus DescribeInstanceTypes DescribeInstances DescribeManagedPrefixLists DescribeNetworkInterfaces DescribePrefixLists DescribeRegions DescribeRouteTables DescribeSecurityGroups DescribeSnapshots DescribeSubnets DescribeTags DescribeVolumes DescribeVpcEndpoints DescribeVpcs",
	"ecr":            "GetAuthorizationToken",
	"events":         "ListEventBuses ListRules TestEventPattern",
	"firehose":       "ListDeliveryStreams",
	"iam":            "GenerateCredentialReport GetAccountSummary GetCredentialReport ListAccountAliases ListGroups ListPolicies ListRoles ListUsers",
	"iot":            "DescribeEndpoint",
	"kinesis":        "DescribeLimits ListStreams",
	"kms":            "CreateKey GenerateRandom ListAliases ListKeys",
	"lambda":         "CreateEventSourceMapping GetAccountSettings ListEventSourceMappings ListFunctions ListLayers",
	"logs":           "DescribeLogGroups DescribeQueries DescribeQueryDefinitions DescribeResourcePolicies PutResourcePolicy",
	"organizations":  "DescribeOrganization ListAccounts ListRoots",
	"polly":          "DescribeVoices",
	"pricing":        "DescribeServices GetAttributeValues GetProducts ListPriceLists",
	"rds":            "DescribeDBEngineVersions DescribeEvents",
	"rekognition":    "CompareFaces DetectFaces DetectLabels DetectText RecognizeCelebrities StartFaceDetection StartLabelDetection StartTextDetection",
	"route53":        "ListHostedZones ListHostedZonesByName",
	"s3":             "ListAllMyBuckets",
	"secretsmanager": "BatchGetSecretValue GetRandomPassword ListSecrets",
	"ses":            "GetAccount",
	"sns":            "CheckIfPhoneNumberIsOptedOut GetSMSAttributes ListSubscriptions ListTopics",
	"sqs":            "ListQueues",
	"ssm":            "DescribeInstanceInformation DescribeParameters",
	"states":         "ListActivities ListStateMachines SendTaskFailure SendTaskHeartbeat SendTaskSuccess",
	"sts":            "DecodeAuthorizationMessage GetAccessKeyInfo GetCallerIdentity GetSessionToken",
	"tag":            "GetResources GetTagKeys GetTagValues",
	"textract":       "AnalyzeDocument AnalyzeExpense AnalyzeID DetectDocumentText GetDocumentAnalysis GetDocumentTextDetection GetExpenseAnalysis StartDocumentAnalysis StartDocumentTextDetection StartExpenseAnalysis",
	"transcribe":     "ListTranscriptionJobs StartStreamTranscription StartTranscriptionJob",
	"translate":      "ListLanguages ListTerminologies",
	"xray":           "GetSamplingRules GetSamplingStatisticSummaries GetSamplingTargets GetServiceGraph GetTraceGraph GetTraceSummaries BatchGetTraces PutTelemetryRecords PutTraceSegments",
})

func actionsOf(actions map[string]string) map[string]bool {
	all := map[string]bool{}
	for service, names := range actions {
		for _, name := range strings.Fields(names) {
			all[strings.ToLower(service+":"+name)] = true
		}
	}
	return all
}

// bound are the actions of a statement for which IAM knows a resource.
func bound(s *policy.Statement) []Text {
	return slices.DeleteFunc(slices.Clone(s.Actions), func(t Text) bool { return unbound[strings.ToLower(t.String())] })
}

// keys says whether a Resource element's value may name a KMS key.
func keys(resource Text) bool {
	service, ok := policy.ARNPart(resource, 2)
	return !ok || service.Is("kms") || service.Open() || pattern(service)
}
