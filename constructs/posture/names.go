package posture

import (
	"cmp"
	"slices"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

// NameFilter is what keeps a VPC from names outside of it: a Route 53 Resolver DNS Firewall, which stops look-ups and not addresses, or a
// Network Firewall, which stops connections.
type NameFilter struct {
	// Kind is DNS or Network.
	Kind string `json:"kind"`
	Path string `json:"path"`
	// Allowed are the names that it lets through, with * or a leading dot as wildcards.
	Allowed []Text `json:"allowed,omitempty"`
	// BlocksOthers says whether all other names are stopped.
	BlocksOthers Answer `json:"blocksOthers"`
}

func (m *model) nameFilters(vpc Text) []NameFilter {
	var all []NameFilter
	for _, a := range m.of("AWS::Route53Resolver::FirewallRuleGroupAssociation") {
		if a.Text("VpcId") == vpc {
			all = append(all, m.dnsFilter(a).under(a))
		}
	}
	for _, f := range m.of("AWS::NetworkFirewall::Firewall") {
		if f.Text("VpcId") == vpc {
			all = append(all, m.networkFilter(f).under(f))
		}
	}
	return all
}

// under is the filter as its resource makes it: maybe not at all.
func (f NameFilter) under(r *template.Resource) NameFilter {
	f.BlocksOthers = policy.And(f.BlocksOthers, certainly(r))
	return f
}

func (m *model) dnsFilter(association *template.Resource) NameFilter {
	filter := NameFilter{Kind: "DNS", Path: constructPath(association), BlocksOthers: CannotTell}
	group := m.named(association.Text("FirewallRuleGroupId"), "AWS::Route53Resolver::FirewallRuleGroup")
	if group == nil {
		return filter
	}
	filter.BlocksOthers = No
	rules := slices.Clone(group.List("FirewallRules"))
	slices.SortStableFunc(rules, func(a, b any) int {
		x, _ := template.Number(template.At(a, "Priority"))
		y, _ := template.Number(template.At(b, "Priority"))
		return cmp.Compare(x, y)
	})
	for _, rule := range rules {
		list := m.named(policy.TextOf(template.At(rule, "FirewallDomainListId")), "AWS::Route53Resolver::FirewallDomainList")
		if list == nil {
			filter.BlocksOthers = CannotTell
			continue
		}
		domains := template.Texts(list.Property("Domains"))
		everything := slices.ContainsFunc(domains, func(d Text) bool { return d.Is("*") || d.Is("*.") })
		switch action := policy.TextOf(template.At(rule, "Action")); {
		case action.Is("ALLOW"):
			filter.Allowed = append(filter.Allowed, domains...)
			if everything {
				return filter
			}
		case action.Is("BLOCK") && everything && template.At(rule, "Qtype") != nil: // of one type of records
			filter.BlocksOthers = CannotTell
		case action.Is("BLOCK") && everything:
			filter.BlocksOthers = Yes
			return filter
		}
	}
	return filter
}

func (m *model) networkFilter(firewall *template.Resource) NameFilter {
	filter := NameFilter{Kind: "Network", Path: constructPath(firewall), BlocksOthers: CannotTell}
	p := m.named(firewall.Text("FirewallPolicyArn"), "AWS::NetworkFirewall::FirewallPolicy")
	if p == nil {
		return filter
	}
	settings := p.Property("FirewallPolicy")
	// Network Firewall guide, "Stateless default actions": what is not forwarded, the rules about names never see.
	for _, action := range template.Items(template.At(settings, "StatelessDefaultActions")) {
		if text := policy.TextOf(action.Value); text.Is("aws:pass") && !action.Maybe {
			filter.BlocksOthers = No
			return filter
		} else if !text.Is("aws:forward_to_sfe") && !text.Is("aws:drop") || action.Maybe {
			return filter
		}
	}
	for _, action := range template.Texts(template.At(settings, "StatefulDefaultActions")) {
		for _, drop := range []string{"aws:drop_strict", "aws:drop_established", "aws:drop_established_app_layer", "aws:drop_established_app_layer_to_server"} {
			if action.Is(drop) {
				filter.BlocksOthers = Yes
			}
		}
	}
	for _, reference := range template.List(template.At(settings, "StatefulRuleGroupReferences")) {
		group := m.named(policy.TextOf(template.At(reference, "ResourceArn")), "AWS::NetworkFirewall::RuleGroup")
		if group == nil {
			filter.BlocksOthers = policy.And(filter.BlocksOthers, CannotTell)
			continue
		}
		source := group.Property("RuleGroup", "RulesSource", "RulesSourceList")
		if policy.TextOf(template.At(source, "GeneratedRulesType")).Is("ALLOWLIST") {
			filter.Allowed = append(filter.Allowed, template.Texts(template.At(source, "Targets"))...)
			if filter.BlocksOthers == CannotTell && template.At(settings, "StatefulDefaultActions") == nil {
				filter.BlocksOthers = Yes // in the default order, an allow list drops what it does not hold
			}
		}
	}
	return filter
}
