package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"github.com/securegofunction/cdk/apps/quickstart"
)

// acknowledged are the findings of cdk-nag that cannot be mended, or that are
// the deployer's to decide, each on exactly the construct it is about.
var acknowledged = []struct {
	path   string
	rules  []string
	reason string
}{
	{"/Quickstart/Role/RunTime", []string{"AwsSolutions-IAM5"},
		"The only wildcard stands for the log streams of the function's own log group, which Lambda names at run time."},
	{"/Quickstart/Role/Service", []string{"AwsSolutions-IAM5"},
		"X-Ray's PutTraceSegments and PutTelemetryRecords know no resource to name (Service Authorization Reference); Lambda makes the network interfaces, so their ids are not known before, and a second policy denies all of these actions to the function's own code."},
	{"/Quickstart/Function/Resource", []string{"HIPAA.Security-LambdaConcurrency", "NIST.800.53.R5-LambdaConcurrency"},
		"An account may have no more concurrency than the part that cannot be reserved, and then a reservation fails the deployment: the sample has none, ReservedConcurrency sets one."},
	{"/Network/Vpc/Resource", []string{"HIPAA.Security-VPCDefaultSecurityGroupClosed", "NIST.800.53.R5-VPCDefaultSecurityGroupClosed", "PCI.DSS.321-VPCDefaultSecurityGroupClosed"},
		"Nothing is in the default group. Closing it takes a custom resource, a function outside of these rules: CloseDefaultGroup asks for it."},
}

type finding struct{ rule, path string }

// nag runs cdk-nag's packs over the quickstart and returns what is not
// compliant and not suppressed.
func nag(t *testing.T, suppress func(awscdk.Stack)) []finding {
	t.Helper()
	app := newApp(t)
	stack := quickstart.NewStack(app, "S", &quickstart.StackProps{Entry: "../apps/quickstart/handler", AlarmEmails: []string{"oncall@example.com"}})
	suppress(stack)
	props := &cdknag.NagPackProps{ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON}}
	packs := []awscdk.IAspect{cdknag.NewAwsSolutionsChecks(props), cdknag.NewHIPAASecurityChecks(props), cdknag.NewNIST80053R5Checks(props), cdknag.NewPCIDSS321Checks(props)}
	for _, pack := range packs {
		awscdk.Aspects_Of(app).Add(pack, nil)
	}
	func() {
		// CDK fails the synth on findings; the reports are written before.
		defer func() { _ = recover() }()
		app.Synth(nil)
	}()
	reports, err := filepath.Glob(filepath.Join(*app.Outdir(), "*-NagReport.json"))
	if err != nil || len(reports) != len(packs) {
		t.Fatalf("%d packs, but the reports %v %v", len(packs), reports, err)
	}
	var found []finding
	for _, report := range reports {
		text, err := os.ReadFile(report)
		if err != nil {
			t.Fatal(err)
		}
		var r struct {
			Lines []struct{ RuleID, ResourceID, Compliance string }
		}
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		if len(r.Lines) < 20 {
			t.Fatalf("%s holds %d lines: the pack did not run", report, len(r.Lines))
		}
		for _, l := range r.Lines {
			// A rule that could not be evaluated is a finding too.
			if l.Compliance != "Compliant" && l.Compliance != "Suppressed" {
				found = append(found, finding{l.RuleID, l.ResourceID})
			}
		}
	}
	return found
}

func TestNagFindsNothingButWhatIsAcknowledged(t *testing.T) {
	for _, f := range nag(t, func(stack awscdk.Stack) {
		for _, a := range acknowledged {
			var suppressions []*cdknag.NagPackSuppression
			for _, rule := range a.rules {
				suppressions = append(suppressions, &cdknag.NagPackSuppression{Id: jsii.String(rule), Reason: jsii.String(a.reason)})
			}
			cdknag.NagSuppressions_AddResourceSuppressionsByPath(stack, "/S"+a.path, &suppressions, nil)
		}
	}) {
		t.Errorf("%s finds %s", f.rule, f.path)
	}
}

// An acknowledgement that nothing needs any more would hide the next finding.
func TestEachAcknowledgementIsNeeded(t *testing.T) {
	found := nag(t, func(awscdk.Stack) {})
	for _, a := range acknowledged {
		for _, rule := range a.rules {
			if !slices.Contains(found, finding{rule, "S" + a.path}) {
				t.Errorf("%s does not find %s any more", rule, a.path)
			}
		}
	}
}
