package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

// without returns the properties but those named, which other tests look at.
func without(properties map[string]any, names ...string) map[string]any {
	rest := map[string]any{}
	for k, v := range properties {
		if !slices.Contains(names, k) {
			rest[k] = v
		}
	}
	return rest
}

func TestDefaults(t *testing.T) {
	s := synthFunction(t, nil)
	same(t, "the function", without(s.at("Fn/Function").Properties, "Code", "VpcConfig", "Role"), `{
		"Runtime": "provided.al2023", "Handler": "bootstrap", "Architectures": ["arm64"], "Timeout": 10, "MemorySize": 256,
		"KmsKeyArn": "${SecureGoFunctionsKey.Arn}", "TracingConfig": {"Mode": "Active"}, "RecursiveLoop": "Terminate",
		"DeadLetterConfig": {"TargetArn": "${SecureGoFunctionsFailedEvents.Arn}"},
		"LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", "LogGroup": "${Fn/Logs}"}}`)
	same(t, "asynchronous invocation", s.at("Fn/Function/EventInvokeConfig").Properties, `{"FunctionName": "${Fn/Function}",
		"Qualifier": "$LATEST", "MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 2}`)
	same(t, "logs", s.at("Fn/Logs").Properties, `{"KmsKeyId": "${SecureGoFunctionsKey.Arn}", "RetentionInDays": 365}`)
	same(t, "logs when the stack goes", s.at("Fn/Logs").DeletionPolicy, `"Retain"`)
	same(t, "the key when the stack goes", s.at("SecureGoFunctionsKey").DeletionPolicy, `"Retain"`)
	if _, relaxed := s.at("Fn/Function").Metadata["SecureGoFunction"]; relaxed {
		t.Error("a relaxation is recorded where there is none")
	}
	if n := len(s.ofType("AWS::Lambda::Function")); n != 1 {
		t.Errorf("%d functions were made: a custom resource is a function outside of our rules", n)
	}
}

func TestPropsReachTheTemplate(t *testing.T) {
	s := synthFunction(t, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		p.Architecture, p.Description, p.Timeout, p.MemoryMB, p.ReservedConcurrency = "amd64", "what it does", time.Minute, 512, 7
		p.MaxEventAge, p.Retries = 5*time.Minute, golambda.NoRetries
		p.LogLevel, p.SystemLogLevel, p.LogRetentionDays, p.RemovalPolicy = "DEBUG", "WARN", 90, awscdk.RemovalPolicy_DESTROY
		p.Environment = map[string]string{"STAGE": "production"}
	})
	f := s.at("Fn/Function").Properties
	same(t, "the function", without(f, "Code", "VpcConfig", "Role", "KmsKeyArn", "TracingConfig", "RecursiveLoop", "DeadLetterConfig", "Runtime", "Handler"), `{
		"Architectures": ["x86_64"], "Description": "what it does", "Timeout": 60, "MemorySize": 512, "ReservedConcurrentExecutions": 7,
		"Environment": {"Variables": {"STAGE": "production"}},
		"LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG", "SystemLogLevel": "WARN", "LogGroup": "${Fn/Logs}"}}`)
	same(t, "asynchronous invocation", s.at("Fn/Function/EventInvokeConfig").Properties, `{"FunctionName": "${Fn/Function}",
		"Qualifier": "$LATEST", "MaximumEventAgeInSeconds": 300, "MaximumRetryAttempts": 0}`)
	same(t, "logs", s.at("Fn/Logs").Properties["RetentionInDays"], `90`)
	same(t, "logs when the stack goes", s.at("Fn/Logs").DeletionPolicy, `"Delete"`)
}

func TestCodeInPlaceOfEntry(t *testing.T) {
	s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		p.Entry, p.Code = "", awslambda.Code_FromBucket(awss3.Bucket_FromBucketName(stack, jsii.String("Signed"), jsii.String("signed-code")), jsii.String("orders.zip"), nil)
	})
	same(t, "code", s.at("Fn/Function").Properties["Code"], `{"S3Bucket": "signed-code", "S3Key": "orders.zip"}`)
}

func TestLinkedVariablesHoldNamesOnly(t *testing.T) {
	s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		key := newKey(stack)
		p.Links = []link.Link{
			link.Parameter("API_KEY", "/my_app/api_key", link.EncryptedWith(key)),
			link.Parameter("DB_PASSWORD", "db_password", link.EncryptedWith(key)),
		}
	})
	same(t, "environment", s.at("Fn/Function").Properties["Environment"], `{"Variables": {"API_KEY": "/my_app/api_key", "DB_PASSWORD": "db_password"}}`)
	if strings.Contains(s.bytes, "{{resolve:") {
		t.Error("the template resolves a secret")
	}
}

func TestSecretsStayOutOfTheEnvironment(t *testing.T) {
	for situation, value := range map[string]func(awscdk.Stack) string{
		"an unwrapped secret": func(s awscdk.Stack) string {
			return *awscdk.SecretValue_SecretsManager(jsii.String("db"), nil).UnsafeUnwrap()
		},
		"a secret as it is": func(s awscdk.Stack) string {
			return *awscdk.SecretValue_SecretsManager(jsii.String("db"), nil).ToString()
		},
		"an unwrapped secure parameter": func(s awscdk.Stack) string {
			return *awscdk.SecretValue_SsmSecure(jsii.String("/my_app/api_key"), jsii.String("1")).UnsafeUnwrap()
		},
		"a secret of the stack": func(s awscdk.Stack) string {
			return *awssecretsmanager.NewSecret(s, jsii.String("Secret"), nil).SecretValue().UnsafeUnwrap()
		},
		"a secret within a longer text": func(s awscdk.Stack) string {
			return "user:" + *awscdk.SecretValue_SecretsManager(jsii.String("db"), nil).UnsafeUnwrap()
		},
		"a secret within an intrinsic": func(s awscdk.Stack) string {
			return *awscdk.Fn_Join(jsii.String("-"), &[]*string{jsii.String("a"), awscdk.SecretValue_SecretsManager(jsii.String("db"), nil).UnsafeUnwrap()})
		},
		"a dynamic reference typed out": func(awscdk.Stack) string { return "{{resolve:secretsmanager:db:SecretString}}" },
		"a secure one typed out":        func(awscdk.Stack) string { return "{{resolve:ssm-secure:/my_app/api_key:1}}" },
		"a parameter with NoEcho": func(s awscdk.Stack) string {
			return *awscdk.NewCfnParameter(s, jsii.String("Hidden"), &awscdk.CfnParameterProps{NoEcho: jsii.Bool(true)}).ValueAsString()
		},
	} {
		message := refused(t, situation, func() {
			synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
				p.Environment = map[string]string{"SETTING": value(stack)}
			})
		})
		if !strings.Contains(message, "S/Fn: props.Environment SETTING looks like a secret") || !strings.Contains(message, "link.Parameter(\"SETTING\"") {
			t.Errorf("%s: the message is %q", situation, message)
		}
	}
}

func TestOrdinaryTokensMayBeInTheEnvironment(t *testing.T) {
	s := synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		p.Environment = map[string]string{"BUCKET": *awss3.NewBucket(stack, jsii.String("Bucket"), nil).BucketName(), "HOME_REGION": *awscdk.Aws_REGION(),
			"STAGE": *awscdk.NewCfnParameter(stack, jsii.String("Stage"), nil).ValueAsString()}
	})
	same(t, "environment", s.at("Fn/Function").Properties["Environment"], `{"Variables": {"BUCKET": "${Bucket}", "HOME_REGION": "${AWS::Region}", "STAGE": "${Stage}"}}`)
}

func TestOverride(t *testing.T) {
	s := synthFunction(t, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) {
		p.Override = func(f *awslambda.FunctionProps) { f.EphemeralStorageSize = awscdk.Size_Gibibytes(jsii.Number(2)) }
	})
	same(t, "what Override may set", s.at("Fn/Function").Properties["EphemeralStorage"], `{"Size": 2048}`)

	message := refused(t, "what it may not", func() {
		synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
			p.Override = func(f *awslambda.FunctionProps) {
				f.Environment = &map[string]*string{"X1": jsii.String("y")}
				f.AllowAllOutbound = jsii.Bool(true)
				f.Tracing = awslambda.Tracing_DISABLED
			}
		})
	})
	for _, part := range []string{"S/Fn: 3 mistakes", "Override sets Environment, which is secured: use Environment or Links", "Override sets AllowAllOutbound", "Override sets Tracing"} {
		if !strings.Contains(message, part) {
			t.Errorf("the message lacks %q:\n%s", part, message)
		}
	}
}

// What only CDK checks comes under the path too.
func TestWhatCDKRefuses(t *testing.T) {
	message := refused(t, "a malformed function name", func() {
		synthFunction(t, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) {
			p.Override = func(f *awslambda.FunctionProps) { f.FunctionName = jsii.String("no spaces") }
		})
	})
	if !strings.HasPrefix(message, "S/Fn: CDK refuses it: ") || !strings.Contains(message, "no spaces") {
		t.Errorf("the message is %q", message)
	}
}

func TestCallersPropsStayAsTheyWere(t *testing.T) {
	synth(t, func(stack awscdk.Stack) {
		props := &golambda.SecureGoFunctionProps{Entry: handler, Network: network.New(stack, "Network", nil),
			Environment: map[string]string{"STAGE": "test"}, Links: []link.Link{link.Parameter("LIMIT", "/limit", link.Plain("a number"))}}
		before := fmt.Sprintf("%+v", *props)
		golambda.NewSecureGoFunction(stack, "Fn", props)
		golambda.NewSecureGoFunction(stack, "Again", props)
		if after := fmt.Sprintf("%+v", *props); after != before {
			t.Errorf("the props were changed:\n was %s\n now %s", before, after)
		}
	})
}

func TestSameInputGivesSameBytes(t *testing.T) {
	make := func() string {
		return synthFunction(t, func(stack awscdk.Stack, p *golambda.SecureGoFunctionProps) {
			key := newKey(stack)
			p.Environment = map[string]string{"A1": "1", "B1": "2", "C1": "3", "D1": "4"}
			p.Links = []link.Link{
				link.Parameter("E1", "/e", link.EncryptedWith(key)), link.Parameter("F1", "/f", link.EncryptedWith(key)),
				link.Parameter("G1", "/g", link.Plain("a name")),
			}
			p.Alarms.Emails = []string{"b@example.com", "a@example.com"}
		}).bytes
	}
	first := make()
	for range 4 {
		if again := make(); again != first {
			t.Fatalf("the template changed from run to run:\n%s\n%s", first, again)
		}
	}
}

func TestAssetIsTheBuiltBinary(t *testing.T) {
	// The asset's name comes from the bytes, so an unchanged handler is not
	// uploaded again from any folder or machine with the same toolchain.
	one := synthFunction(t, nil).at("Fn/Function").Properties["Code"]
	two := synthFunction(t, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) { p.Entry = "./testdata/../testdata/handler" }).at("Fn/Function").Properties["Code"]
	same(t, "two spellings of one entry", one.(map[string]any)["S3Key"], `"`+two.(map[string]any)["S3Key"].(string)+`"`)
	other := synthFunction(t, func(_ awscdk.Stack, p *golambda.SecureGoFunctionProps) { p.Architecture = "amd64" }).at("Fn/Function").Properties["Code"]
	if one.(map[string]any)["S3Key"] == other.(map[string]any)["S3Key"] {
		t.Error("arm64 and amd64 have the same asset")
	}
}
