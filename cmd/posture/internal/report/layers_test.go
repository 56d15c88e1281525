package report

import (
	"strings"
	"testing"

	"github.com/securegofunction/cdk/constructs/posture"
)

// lines are those of the row of a function's layers whose first cell begins so, cell by cell.
func lines(t *testing.T, d *Document, first string) string {
	t.Helper()
	for _, l := range d.layers(d.Posture.Functions[0]) {
		for _, r := range l.Rows {
			if strings.HasPrefix(strings.Join(r[0].Lines, " "), first) {
				var all []string
				for _, c := range r {
					all = append(all, strings.Join(c.Lines, ", "))
				}
				return strings.Join(all, " | ")
			}
		}
	}
	t.Fatalf("no row begins with %s", first)
	return ""
}

// filtering gives the function a network with a way to the internet, and a filter of names.
func filtering(t *testing.T, kind string) *Document {
	d := of(t, inVPC, "", network+`{"CidrIp":"0.0.0.0/0","IpProtocol":"tcp","FromPort":443,"ToPort":443}]}}`,
		`"T":{"Type":"AWS::EC2::RouteTable"},"A":{"Type":"AWS::EC2::SubnetRouteTableAssociation","Properties":{"SubnetId":{"Ref":"N"},"RouteTableId":{"Ref":"T"}}},
		"W":{"Type":"AWS::EC2::Route","Properties":{"RouteTableId":{"Ref":"T"},"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":"nat-1"}}`)
	if kind == "" {
		return d
	}
	r := &d.Posture.Functions[0].Reaches
	r.Names = []posture.NameFilter{{Kind: kind, Path: "S/Filter", Allowed: []posture.Text{"api.example.com"}, BlocksOthers: posture.Yes}}
	d.Destinations["S/F"] = r.Destinations()
	return d
}

// A DNS Firewall stops look-ups, and only a Network Firewall connections.
func TestFiltersHoldWhatTheyHold(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]struct{ row, own, door string }{
		"":        {"the rules below", "", "over IPv4 yes, IPv6 no"},
		"DNS":     {"names alone: an address that needs no look-up is not stopped", "all other names are stopped, it stops look-ups: an address that needs none is not stopped", "by name: api.example.com"},
		"Network": {"the names below alone", "all other names are stopped", "by name: api.example.com"},
	} {
		d := filtering(t, kind)
		if got := lines(t, d, "the internet"); !strings.HasSuffix(got, "| "+want.row) {
			t.Errorf("the filter %q holds the internet: %s", kind, got)
		}
		if got := doorOf(t, d, "the internet"); got.Detail != want.door || got.State != open || got.Wide == 0 { // it may not be cut off
			t.Errorf("the filter %q in the picture: %+v", kind, got)
		}
		if kind == "" {
			continue
		}
		if got := lines(t, d, "api.example.com"); !strings.HasSuffix(got, "| "+want.own) {
			t.Errorf("the row of the filter %q: %s", kind, got)
		}
		unnamed := false
		for _, panel := range d.picture("f", d.Posture.Functions[0]).Panels {
			for _, x := range panel.Doors {
				unnamed = unnamed || x.door == door{open, "addresses without a name", "a DNS filter does not stop them", 2}
			}
		}
		if unnamed != (kind == "DNS") {
			t.Errorf("the filter %q: the picture has addresses without a name: %t", kind, unnamed)
		}
	}
}

func TestRowsSayWhatHolds(t *testing.T) {
	t.Parallel()
	interfaces := `{"Effect":"Allow","Action":"ec2:CreateNetworkInterface","Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"`
	forCode := `,"Condition":{"ArnEquals":{"lambda:SourceFunctionArn":{"Fn::GetAtt":["F","Arn"]}}}}`
	isolated := network + `{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"},{"CidrIp":"10.0.0.0/16","IpProtocol":"-1"}]}}`
	for situation, c := range map[string]struct {
		d           *Document
		first, want string
	}{
		"everywhere, without a way out":    {of(t, inVPC, "", isolated), "0.0.0.0/0", "0.0.0.0/0 all protocols and ports | a rule allows it | security group rule, S/G | no route leads out: the rest of the network, and what is joined to it"},
		"a range, without a way out":       {of(t, inVPC, "", isolated), "10.0.0.0/16", "10.0.0.0/16 all protocols and ports | a rule allows it | security group rule, S/G | "},
		"everywhere, with a way out":       {filtering(t, ""), "0.0.0.0/0", "0.0.0.0/0 tcp 443 | a rule allows it | security group rule, S/G | "},
		"allowed, and denied":              {of(t, "", interfaces+"}"), "ec2", "ec2:CreateNetworkInterface | * |  | S/R Policies[0], statement 1, but a statement below denies it"},
		"for Lambda's network interfaces":  {of(t, "", interfaces+forCode), "ec2", "ec2:CreateNetworkInterface | * |  | S/R Policies[0], statement 1, Lambda needs it to make the function's network interfaces; a statement below denies it to the function's own code"},
		"for Lambda, of another service":   {of(t, "", strings.ReplaceAll(interfaces+forCode, "ec2:", "sqs:")), "sqs", "sqs:CreateNetworkInterface | * |  | S/R Policies[0], statement 1, Lambda itself may; a statement below denies it to the function's own code"},
		"a permission of the organization": {of(t, "", "", `"L":{"Type":"AWS::Lambda::Permission","Properties":{"FunctionName":{"Ref":"F"},"Principal":"*","PrincipalOrgID":"o-1"}}`), "everybody", "everybody | permission | organization o-1 | S/L"},
	} {
		if got := lines(t, c.d, c.first); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", situation, got, c.want)
		}
	}
}

// A service that something denies again is none that the function may call.
func TestOverviewLeavesOutWhatIsDenied(t *testing.T) {
	t.Parallel()
	other := `,{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}`
	for situation, c := range map[string]struct{ statements, want string }{
		"both allowed":             {send + other, "s3, sqs"},
		"one denied":               {send + other + `,{"Effect":"Deny","Action":"sqs:*","Resource":"*"}`, "s3"},
		"one denied, of elsewhere": {send + other + `,{"Effect":"Deny","Action":"sqs:*","Resource":"arn:aws:sqs:eu-west-1:111122223333:Other"}`, "s3, sqs"},
	} {
		d := of(t, "", c.statements)
		if got := d.briefOf(d.Posture.Functions[0]).Calls; got != c.want {
			t.Errorf("%s: got %q, want %q", situation, got, c.want)
		}
	}
}
