package posture

import (
	"slices"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "flow-logs",
		Title:    "Nobody records what the function's network carries",
		Severity: Warning,
		Why:      "Refused packets are an early sign that somebody tries doors, and after a break-in flow logs say where data went. Without them neither is seen.",
		Fix:      "Add an AWS::EC2::FlowLog for the VPC (TrafficType ALL), to an encrypted log group with a retention.",
		Source:   "VPC guide, \"Logging IP traffic using VPC Flow Logs\"",
		Controls: Controls{
			SecurityHub: []string{"EC2.6"},
			CIS:         []string{"v5.0.0/3.7", "v3.0.0/3.7", "v1.4.0/3.9"},
			NIST80053:   []string{"AC-4(26)", "AU-2", "AU-3", "AU-6(3)", "AU-6(4)", "AU-12", "CA-7", "SI-7(8)"},
			CDKNag: []string{"AwsSolutions-VPC7", "HIPAA.Security-VPCFlowLogsEnabled", "NIST.800.53.R4-VPCFlowLogsEnabled",
				"NIST.800.53.R5-VPCFlowLogsEnabled", "PCI.DSS.321-VPCFlowLogsEnabled"},
			Checkov: []string{"CKV2_AWS_11"},
		},
		check: flowLogs,
	})
}

// A VPC that is in no template is its owner's to log.
func flowLogs(p *Posture) []Finding {
	logged := map[Text]Answer{}
	for _, r := range p.model.of("AWS::EC2::FlowLog") {
		id := r.Text("ResourceId")
		logged[id] = policy.Or(logged[id], certainly(r))
	}
	in := map[*template.Resource][]Text{}
	for _, f := range p.Functions {
		if vpc := p.model.named(f.Reaches.VPC, "AWS::EC2::VPC"); vpc != nil {
			in[vpc] = append(in[vpc], f.Reaches.Subnets...)
		}
	}
	var all []Finding
	for _, vpc := range p.model.of("AWS::EC2::VPC") {
		subnets, ok := in[vpc]
		if !ok {
			continue
		}
		answer := No
		for id, made := range logged {
			answer = policy.Or(answer, policy.And(made, id.MayBe(vpc.Name())))
		}
		if len(subnets) > 0 && !slices.ContainsFunc(subnets, func(s Text) bool { return logged[s] != Yes }) {
			answer = Yes
		}
		if answer != Yes {
			all = append(all, at(vpc, "functions run in the VPC, and it has no flow log").unsure(policy.Not(answer)))
		}
	}
	return all
}
