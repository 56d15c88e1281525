package network

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53resolver"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// refusedLookup is the pattern of query log records of look-ups that a rule
// blocked (Route 53 guide, "Values that appear in Resolver query logs").
const refusedLookup = `{ $.firewall_rule_action = "BLOCK" }`

// firewallDNS makes the VPC's DNS Firewall. Where that cannot answer, the
// resolver refuses too: the default of a VPC, which CloudFormation has no
// property for (Route 53 guide, "DNS Firewall VPC configuration").
func firewallDNS(v *vpc, logs logs) awssns.Topic {
	v.guard()
	scope := constructs.NewConstruct(v.home, jsii.String("Names"))
	name := nameIn(v.stack.Site().Stack, *scope.Node().Path(), 54)

	allowed := awsroute53resolver.NewCfnFirewallDomainList(scope, jsii.String("Allowed"), &awsroute53resolver.CfnFirewallDomainListProps{
		Name: jsii.String(name + "-allowed"), Domains: awscdk.Lazy_UncachedList(&domains{v.names}, nil)})
	all := awsroute53resolver.NewCfnFirewallDomainList(scope, jsii.String("All"), &awsroute53resolver.CfnFirewallDomainListProps{
		Name: jsii.String(name + "-all"), Domains: jsii.Strings("*")})
	rules := awsroute53resolver.NewCfnFirewallRuleGroup(scope, jsii.String("Rules"), &awsroute53resolver.CfnFirewallRuleGroupProps{
		Name: jsii.String(name),
		FirewallRules: []any{
			&awsroute53resolver.CfnFirewallRuleGroup_FirewallRuleProperty{
				Action: jsii.String("ALLOW"), Priority: jsii.Number(1), FirewallDomainListId: allowed.AttrId(),
				// Whoever owns a name says what it is an alias of, and that
				// changes: only the first name of a chain is compared.
				FirewallDomainRedirectionAction: jsii.String("TRUST_REDIRECTION_DOMAIN")},
			&awsroute53resolver.CfnFirewallRuleGroup_FirewallRuleProperty{
				Action: jsii.String("BLOCK"), BlockResponse: jsii.String("NXDOMAIN"), Priority: jsii.Number(2), FirewallDomainListId: all.AttrId()},
		}})
	awsroute53resolver.NewCfnFirewallRuleGroupAssociation(scope, jsii.String("Association"), &awsroute53resolver.CfnFirewallRuleGroupAssociationProps{
		Name: jsii.String(name), FirewallRuleGroupId: rules.AttrId(), VpcId: jsii.String(v.id),
		// The first there can be: a group before it could let more through.
		Priority: jsii.Number(101),
		// Protection would also keep CloudFormation from changing and deleting
		// it (aws/aws-cdk#38795).
		MutationProtection: jsii.String("DISABLED"),
	})

	// The resolver's log delivery writes the log group's policy itself, with the
	// rights of whoever deploys (CloudWatch Logs guide, "Logs sent to CloudWatch
	// Logs").
	group := logs.group(scope, "Queries")
	logging := awsroute53resolver.NewCfnResolverQueryLoggingConfig(scope, jsii.String("Logging"), &awsroute53resolver.CfnResolverQueryLoggingConfigProps{
		Name: jsii.String(name), DestinationArn: group.LogGroupArn()})
	awsroute53resolver.NewCfnResolverQueryLoggingConfigAssociation(scope, jsii.String("LoggingAssociation"), &awsroute53resolver.CfnResolverQueryLoggingConfigAssociationProps{
		ResolverQueryLogConfigId: logging.AttrId(), ResourceId: jsii.String(v.id)})
	return logs.watch(scope, "RefusedLookups", group, refusedLookup, "RefusedLookups", v.id,
		"Names are looked up that no link opened: a link is missing, or somebody tries to carry data out")
}

type domains struct{ of *names }

// Produce implements awscdk.IListProducer.
func (d *domains) Produce(awscdk.IResolveContext) *[]*string {
	return jsii.Strings(d.of.lookedUp.orNone()...)
}
