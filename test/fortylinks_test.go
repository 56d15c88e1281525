package test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

// One function with every link that goes together with the others: what they
// allow takes several policies, each within IAM's quota once its references are
// the texts that a deployment puts there, and all on the role.
func TestFortyLinks(t *testing.T) {
	count := 0
	s := synth(t, func(stack awscdk.Stack) {
		net := network.New(stack, "Network", &network.Props{PrefixLists: prefixLists, Internet: &network.Internet{}})
		d := newThings(stack, net)
		other := awslambda.Function_FromFunctionArn(stack, jsii.String("Prices"), jsii.String("arn:aws:lambda:eu-west-1:111122223333:function:prices"))
		links := slices.Concat(d.stores(first), d.keys(first), d.reaches(first), d.invokes(first), []link.Link{link.FunctionInvoke("PRICES", other)})
		count = len(links)
		functionIn(stack, "Fn", net, links...)
	})
	if count < 40 {
		t.Errorf("%d links, not 40", count)
	}
	var runTime []string
	all := 0
	for _, path := range s.ofType("AWS::IAM::ManagedPolicy") {
		if !strings.HasPrefix(path, "Fn/Role/RunTime") {
			continue
		}
		runTime = append(runTime, path)
		policy := s.at(path).Properties
		same(t, path+" is on", policy["Roles"], `["${Fn/Role}"]`)
		text, err := json.Marshal(policy["PolicyDocument"])
		if err != nil {
			t.Fatal(err)
		}
		n := len(deployedText(string(text)))
		all += n
		if n > 6144 {
			t.Errorf("%s has %d characters", path, n)
		}
	}
	if all <= 6144 {
		t.Errorf("what the links allow takes %d characters, and would fit into one policy: the test shows nothing", all)
	}
	if len(runTime) < 2 || len(runTime) > 8 {
		t.Errorf("the policies are %v", runTime)
	}
	if waits := s.at("Fn/Function").DependsOn; !slices.Contains(waits, runTime[len(runTime)-1]) {
		t.Errorf("the function does not wait for all its policies, only for %v", waits)
	}
}

var references = regexp.MustCompile(`\$\{[^}]*\}`)

// deployedText puts the longest partition and region in place of references,
// and for those to resources an ARN with a name as long as CloudFormation makes
// them: 64 characters.
func deployedText(text string) string {
	name := strings.Repeat("n", 64)
	return references.ReplaceAllStringFunc(text, func(reference string) string {
		switch {
		case reference == "${AWS::Partition}":
			return "aws-us-gov"
		case reference == "${AWS::Region}":
			return "ap-southeast-1"
		case reference == "${AWS::AccountId}":
			return "111122223333"
		case strings.HasSuffix(reference, "rn}"): // .Arn, .StreamArn, .DBProxyArn
			return "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:" + name
		}
		return name
	})
}
