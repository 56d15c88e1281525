package test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/internal/iam"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// everyTemplate is what everyLink synthesizes: the resources of both stacks, by
// their paths in the app, with what is imported in place of the imports.
type everyTemplate struct {
	*everyLink
	t         *testing.T
	resources map[string]resource
	paths     map[string]map[string]string // of constructs, by stack and logical id
	exported  map[string]string            // as text, by the export's name
}

func synthEveryLink(t *testing.T) *everyTemplate {
	t.Helper()
	app := newApp(t)
	// The end-to-end test has the other kind of references, which CDK now makes
	// by default.
	app.Node().SetContext(jsii.String("@aws-cdk/core:defaultCrossStackReferences"), "strong")
	s := &everyTemplate{newEveryLink(app, first), t, map[string]resource{}, map[string]map[string]string{}, map[string]string{}}
	dir := *app.Synth(nil).Directory()
	for _, stack := range []string{"Base", "Other"} { // Other imports from Base
		s.read(stack, filepath.Join(dir, stack+".template.json"))
	}
	if !slices.Contains(slices.Collect(maps.Values(s.exported)), "${Base/Network/Vpc}") {
		t.Fatalf("the stacks do not share the network through exports: %v", s.exported)
	}
	return s
}

func (s *everyTemplate) read(stack, file string) {
	s.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	var template struct {
		Resources map[string]resource
		Outputs   map[string]struct {
			Value  any
			Export struct{ Name string }
		}
	}
	if err := json.Unmarshal(text, &template); err != nil {
		s.t.Fatal(err)
	}
	s.paths[stack] = map[string]string{}
	for id, r := range template.Resources {
		path, _ := r.Metadata["aws:cdk:path"].(string)
		s.paths[stack][id] = strings.TrimSuffix(path, "/Resource")
	}
	for id, r := range template.Resources {
		r.Properties, _ = s.text(stack, r.Properties).(map[string]any)
		s.resources[s.paths[stack][id]] = r
	}
	for _, o := range template.Outputs {
		s.exported[o.Export.Name] = fmt.Sprint(s.text(stack, o.Value))
	}
}

// text of a part of a stack's template.
func (s *everyTemplate) text(stack string, v any) any {
	return readable(s.imported(v), s.paths[stack])
}

func (s *everyTemplate) imported(v any) any {
	switch v := v.(type) {
	case []any:
		all := make([]any, len(v))
		for i, e := range v {
			all[i] = s.imported(e)
		}
		return all
	case map[string]any:
		if name, ok := v["Fn::ImportValue"].(string); ok {
			return s.exported[name]
		}
		all := map[string]any{}
		for k, e := range v {
			all[k] = s.imported(e)
		}
		return all
	}
	return v
}

// resolved is what a value with tokens is in the function's template.
func (s *everyTemplate) resolved(f linkedFunction, v any) any {
	return s.text(*f.stack.StackName(), f.stack.Resolve(v))
}

// doors are those of all of the function's links.
func (s *everyTemplate) doors(f linkedFunction) (all []link.Doors) {
	s.t.Helper()
	at := link.Site{Partition: pseudo.Partition(), Region: pseudo.Region(), Account: pseudo.Account(), URLSuffix: pseudo.URLSuffix(), Timeout: 10 * time.Second}
	for _, l := range f.links {
		doors, err := l.Open(at)
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, doors)
	}
	return all
}

func path(f linkedFunction) string { return *f.Node().Path() }

// ofType returns the paths of all resources of a type, sorted.
func (s *everyTemplate) ofType(kind string) (all []string) {
	for path, r := range s.resources {
		if r.Type == kind {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return all
}

// sameSet compares what is open with what the doors say.
func sameSet(t *testing.T, situation string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	got, want = slices.Compact(got), slices.Compact(want)
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("%s: open, and no door says so: %s", situation, g)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%s: a door says so, and it is not open: %s", situation, w)
		}
	}
}

// What is open in the templates is what the doors of the links say, on every
// layer, and nothing else.
func TestEveryLinkOpensItsDoorsAndNothingElse(t *testing.T) {
	s := synthEveryLink(t)
	t.Run("identity", s.identity)
	t.Run("network", s.network)
	t.Run("configuration", s.configuration)
	t.Run("endpoints", s.endpoints)
	t.Run("names", s.names)
	t.Run("triggers", s.triggers)
}

// policies of a role, by path.
func (s *everyTemplate) policies(role string) (all []string) {
	for _, path := range slices.Concat(s.ofType("AWS::IAM::ManagedPolicy"), s.ofType("AWS::IAM::Policy")) {
		if slices.Contains(s.resources[path].Properties["Roles"].([]any), any("${"+role+"}")) {
			all = append(all, path)
		}
	}
	return all
}

func (s *everyTemplate) allowed(f linkedFunction) (all []string) {
	for _, p := range s.policies(path(f) + "/Role") {
		all = append(all, permissions(s.resources[p].Properties["PolicyDocument"].(map[string]any)["Statement"])...)
	}
	return all
}

func (s *everyTemplate) identity(t *testing.T) {
	// What a function without links may do.
	bare := map[string][]string{}
	for _, f := range s.functions {
		if len(f.links) == 0 {
			bare[*f.stack.StackName()] = s.allowed(f)
			sameSet(t, "a function without links", s.allowed(f), bareFunction(*f.stack.StackName()))
		}
	}
	of := map[string]bool{}
	for _, f := range s.functions {
		stack := *f.stack.StackName()
		var want []string
		for _, p := range bare[stack] {
			if f.net.Vpc != nil || !strings.Contains(p, " ec2:") {
				want = append(want, strings.ReplaceAll(p, stack+"/Bare/", path(f)+"/"))
			}
		}
		for _, d := range s.doors(f) {
			want = append(want, permissions(s.resolved(f, iam.Document(d.Statements...)["Statement"]))...)
		}
		if f.net.Perimeter {
			want = append(want, `Deny not ["logs:*","xray:*","elasticfilesystem:Client*","rds-db:connect","elasticache:Connect"] on * if BoolIfExists aws:ViaAWSService ["false"], Null lambda:SourceFunctionArn ["false"], StringNotEqualsIfExists aws:SourceVpc ["${`+*f.net.Node().Path()+`/Vpc}"]`)
		}
		sameSet(t, path(f), s.allowed(f), want)
		for _, p := range s.policies(path(f) + "/Role") {
			of[p] = true
		}
	}
	var others []string
	for _, p := range slices.Concat(s.ofType("AWS::IAM::ManagedPolicy"), s.ofType("AWS::IAM::Policy")) {
		if !of[p] {
			others = append(others, p)
		}
	}
	sameSet(t, "policies of other roles", others, []string{"Base/Invoked/Schedule-nightly/Policy", "Base/Network/FlowLogsPolicy", "Base/Proxy/IAMRole/DefaultPolicy",
		"Other/Open/FlowLogsPolicy", "Other/Perimeter/FlowLogsPolicy"})
	same(t, "what the schedule's role may do", s.resources["Base/Invoked/Schedule-nightly/Policy"].Properties["PolicyDocument"].(map[string]any)["Statement"].([]any)[0],
		`{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "${Base/Invoked/Function.Arn}"}`)
}

// bareFunction is what the function Bare of a stack may do: write its logs, send
// what failed, resolve its environment. Lambda may attach it to its subnets, and
// its own code may not.
func bareFunction(stack string) (all []string) {
	const here = ":${AWS::Region}:${AWS::AccountId}:"
	logs := "arn:${AWS::Partition}:logs" + here + "log-group:${" + stack + "/Bare/Logs}"
	function := "arn:${AWS::Partition}:lambda" + here + "function:${" + stack + "/Bare/Function}"
	key := "${" + stack + "/SecureGoFunctionsKey.Arn}"
	allow := func(on, when string, actions ...string) {
		for _, action := range actions {
			all = append(all, "Allow "+action+" on "+on+" if "+when)
		}
	}
	allow(logs+":*", "", "logs:CreateLogStream", "logs:PutLogEvents")
	allow(key, `ArnLike kms:EncryptionContext:aws:logs:arn ["`+logs+`"], StringEquals kms:ViaService ["logs.${AWS::Region}.amazonaws.com"]`, "kms:GenerateDataKey", "kms:Decrypt")
	allow(key, `StringEquals kms:ViaService ["logs.${AWS::Region}.amazonaws.com"]`, "kms:DescribeKey")
	allow("${"+stack+"/SecureGoFunctionsFailedEvents.Arn}", "", "sqs:SendMessage")
	allow(key, `StringEquals kms:ViaService ["sqs.${AWS::Region}.amazonaws.com"]`, "kms:GenerateDataKey", "kms:Decrypt")
	allow(key, `StringEquals kms:EncryptionContext:aws:lambda:FunctionArn ["`+function+`"]`, "kms:Decrypt")
	allow("*", "", "xray:PutTraceSegments", "xray:PutTelemetryRecords", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
	interfaces := []string{"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"}
	allow("arn:${AWS::Partition}:ec2"+here+"*/*", "", interfaces...)
	for _, action := range append(interfaces, "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DetachNetworkInterface") {
		all = append(all, "Deny "+action+" on * if ArnEquals lambda:SourceFunctionArn [\""+function+"\"]")
	}
	return all
}

// permissions are the statements one by one: each action on each resource, under
// each value of the conditions whose values are an "or". Statements that say the
// same have the same ones, however they were joined or spread over policies.
func permissions(statements any) (all []string) {
	for _, s := range list(statements) {
		s := s.(map[string]any)
		does, actions := fmt.Sprint(s["Effect"]), texts(s["Action"])
		if not, ok := s["NotAction"]; ok {
			text, _ := json.Marshal(list(not))
			does, actions = does+" not", []string{string(text)}
		}
		for _, action := range actions {
			for _, on := range texts(s["Resource"]) {
				for _, condition := range conditions(s["Condition"]) {
					all = append(all, does+" "+action+" on "+on+" if "+condition)
				}
			}
		}
	}
	return all
}

func conditions(given any) []string {
	all := []string{""}
	operators, _ := given.(map[string]any)
	for _, operator := range slices.Sorted(maps.Keys(operators)) {
		keys := operators[operator].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			values := list(keys[key])
			choices := [][]any{values}
			if slices.Contains([]string{"StringEquals", "StringLike", "ArnEquals", "ArnLike"}, operator) {
				choices = nil
				for _, v := range values {
					choices = append(choices, []any{v})
				}
			}
			var longer []string
			for _, before := range all {
				for _, choice := range choices {
					text, _ := json.Marshal(choice)
					longer = append(longer, strings.TrimPrefix(before+", "+operator+" "+key+" "+string(text), ", "))
				}
			}
			all = longer
		}
	}
	return all
}

func list(v any) []any {
	if all, ok := v.([]any); ok {
		return all
	}
	return []any{v}
}

func texts(v any) (all []string) {
	for _, e := range list(v) {
		all = append(all, fmt.Sprint(e))
	}
	return all
}

// group is the one that guards the endpoint of a service in a VPC.
func (s *everyTemplate) group(vpc any, service string) string {
	for _, path := range s.ofType("AWS::EC2::VPCEndpoint") {
		p := s.resources[path].Properties
		if p["VpcId"] == vpc && p["ServiceName"] == "com.amazonaws.${AWS::Region}."+service {
			return fmt.Sprint(list(p["SecurityGroupIds"])[0])
		}
	}
	return "no endpoint of " + service
}

func (s *everyTemplate) network(t *testing.T) {
	var lets []string
	for _, f := range s.functions {
		made, inVpc := s.resources[path(f)+"/SecurityGroup"]
		if !inVpc {
			same(t, path(f)+" is in no VPC", s.resources[path(f)+"/Function"].Properties["VpcConfig"], `null`)
			continue
		}
		var got []string
		want := []string{"icmp 252 255.255.255.255/32"} // nowhere
		for _, r := range list(made.Properties["SecurityGroupEgress"]) {
			got = append(got, rule(r.(map[string]any), "Destination"))
		}
		own := "${" + path(f) + "/SecurityGroup.GroupId}"
		for _, d := range s.doors(f) {
			for _, service := range d.Endpoints {
				group := s.group(made.Properties["VpcId"], service)
				want = append(want, "tcp 443 "+group)
				lets = append(lets, group+" lets in tcp 443 "+own)
			}
			for _, service := range d.Gateways {
				want = append(want, "tcp 443 "+prefixLists[service])
			}
			for _, e := range d.Egress {
				port := fmt.Sprint(e.Port)
				if e.PortToken != nil {
					port = fmt.Sprint(s.resolved(f, e.PortToken))
				}
				peer := fmt.Sprint(s.resolved(f, e.CIDR+e.PrefixList+e.Group))
				want = append(want, "tcp "+port+" "+peer)
				if e.Group != "" {
					lets = append(lets, peer+" lets in tcp "+port+" "+own)
				}
			}
		}
		sameSet(t, path(f), got, want)
		same(t, path(f)+" lets in", made.Properties["SecurityGroupIngress"], `null`)
	}
	// The proxy is let into its database by CDK, which lets it out, too.
	lets = append(lets, "${Base/MysqlGroup.GroupId} lets in tcp ${Base/Mysql.Endpoint.Port} ${Base/ProxyGroup.GroupId}")
	var got []string
	for _, path := range s.ofType("AWS::EC2::SecurityGroupIngress") {
		p := s.resources[path].Properties
		got = append(got, fmt.Sprint(p["GroupId"])+" lets in "+rule(p, "Source"))
	}
	sameSet(t, "what groups let in", got, lets)
	same(t, "rules out beside those of the groups", len(s.ofType("AWS::EC2::SecurityGroupEgress")), `1`)
}

// rule as text: protocol, port and peer.
func rule(r map[string]any, peer string) string {
	for _, of := range []string{"CidrIp", peer + "PrefixListId", peer + "SecurityGroupId"} {
		if to, ok := r[of]; ok {
			return fmt.Sprint(r["IpProtocol"], " ", r["FromPort"], " ", to)
		}
	}
	return fmt.Sprint(r)
}

func (s *everyTemplate) configuration(t *testing.T) {
	for _, f := range s.functions {
		made := s.resources[path(f)+"/Function"]
		var got, want, relaxed []string
		environment, _ := made.Properties["Environment"].(map[string]any)
		variables, _ := environment["Variables"].(map[string]any)
		for name, value := range variables {
			got = append(got, fmt.Sprint(name, "=", value))
		}
		for _, m := range list(made.Properties["FileSystemConfigs"]) {
			if m, ok := m.(map[string]any); ok {
				got = append(got, fmt.Sprint("mounts ", m["Arn"], " at ", m["LocalMountPath"]))
			}
		}
		for _, d := range s.doors(f) {
			for _, v := range d.Variables {
				want = append(want, fmt.Sprint(v.Name, "=", s.resolved(f, v.Value)))
			}
			if m := d.Mount; m != nil {
				want = append(want, fmt.Sprint("mounts ", s.resolved(f, m.AccessPointARN), " at ", m.Path))
			}
			for _, r := range d.Relaxed {
				relaxed = append(relaxed, r.Reason)
			}
		}
		sameSet(t, path(f), got, want)
		recorded := fmt.Sprint(made.Metadata["SecureGoFunction"])
		for _, reason := range relaxed {
			if !strings.Contains(recorded, reason) {
				t.Errorf("%s: the reason %q is not recorded: %s", path(f), reason, recorded)
			}
		}
	}
}

// accounts are what an endpoint's policy adds to the statements of roles.
var accounts = regexp.MustCompile(`(, )?StringEquals aws:(Principal|Resource)Account \["(\$\{AWS::AccountId\}|[0-9]{12})"\]`)

// An endpoint lets through what the functions of its own stack were linked to,
// exactly, and of another stack's functions what it can know.
func (s *everyTemplate) endpoints(t *testing.T) {
	const callers = `StringEquals aws:PrincipalAccount ["${AWS::AccountId}"]`
	for _, path := range s.ofType("AWS::EC2::VPCEndpoint") {
		if path == "Other/Theirs/Sqs" {
			continue
		}
		p := s.resources[path].Properties
		var through []string
		for _, one := range permissions(p["PolicyDocument"].(map[string]any)["Statement"]) {
			if !strings.HasPrefix(one, "Allow ") || !strings.Contains(one, callers) {
				t.Errorf("%s lets through callers of other accounts: %s", path, one)
			}
			through = append(through, strings.Replace(accounts.ReplaceAllString(one, ""), " if , ", " if ", 1))
		}
		service := strings.TrimPrefix(fmt.Sprint(p["ServiceName"]), "com.amazonaws.${AWS::Region}.")
		stack, _, _ := strings.Cut(path, "/")
		exact, foreign := s.linked(p["VpcId"], service, stack)
		for _, one := range exact {
			if !slices.Contains(through, one) {
				t.Errorf("%s does not let through %s", path, one)
			}
		}
		for _, one := range through {
			unknown := strings.Contains(one, " on "+everything(service)) && slices.Contains(foreign, widened(one))
			if !slices.Contains(exact, one) && !slices.Contains(foreign, one) && !unknown {
				t.Errorf("%s lets through what nobody is linked to: %s", path, one)
			}
		}
		for _, one := range foreign {
			if !slices.ContainsFunc(through, func(t string) bool { return one == t || one == widened(t) }) && !slices.Contains(foreign, widened(one)) {
				t.Errorf("%s does not let through %s", path, one)
			}
		}
	}
}

// linked is what the functions in a VPC were linked to, by the endpoint of a
// service: those of the endpoint's stack, and those of another, with what is
// admitted where that names what the stack cannot know.
func (s *everyTemplate) linked(vpc any, service, stack string) (exact, foreign []string) {
	for _, f := range s.functions {
		if group, ok := s.resources[path(f)+"/SecurityGroup"]; !ok || group.Properties["VpcId"] != vpc {
			continue
		}
		for _, d := range s.doors(f) {
			if !slices.Contains(slices.Concat(d.Endpoints, d.Gateways), service) {
				continue
			}
			for _, one := range permissions(s.resolved(f, iam.Document(d.Statements...)["Statement"])) {
				action := strings.TrimPrefix(one, "Allow ")
				switch {
				case action == one || !strings.HasPrefix(action, actionsOf(service)+":"):
				case *f.stack.StackName() == stack:
					exact = append(exact, one)
				case strings.Contains(one, "${Base/") || strings.Contains(one, "${Other/"):
					foreign = append(foreign, widened(one))
				default:
					foreign = append(foreign, one)
				}
			}
		}
	}
	return exact, foreign
}

// actionsOf a service behind an endpoint begin so.
func actionsOf(service string) string {
	if other, ok := map[string]string{"email": "ses", "kinesis-streams": "kinesis", "sync-states": "states"}[service]; ok {
		return other
	}
	return service
}

// everything of a service is what stands for a resource that the endpoint's
// stack cannot know.
func everything(service string) string {
	if service == "s3" {
		return "*"
	}
	return "arn:${AWS::Partition}:" + actionsOf(service) + ":${AWS::Region}:${AWS::AccountId}:*"
}

// widened is a permission without what it is on and under which conditions.
func widened(one string) string {
	action, _, _ := strings.Cut(one, " on ")
	return action + " on anything"
}

func (s *everyTemplate) names(t *testing.T) {
	through := texts(s.resources["Base/Network/Names/Allowed"].Properties["Domains"])
	linked := map[string]bool{}
	for _, f := range s.functions {
		if f.net.Vpc == nil || *f.net.Node().Path() != "Base/Network" {
			continue
		}
		for _, d := range s.doors(f) {
			for _, name := range d.Names {
				name := fmt.Sprint(s.resolved(f, name))
				linked[name] = true
				if !slices.Contains(through, name) {
					t.Errorf("%s cannot look up %s", path(f), name)
				}
			}
		}
	}
	for _, name := range through {
		if !linked[name] && !strings.HasSuffix(name, ".${AWS::Region}.${AWS::URLSuffix}") {
			t.Errorf("%s is looked up, and no link names it", name)
		}
	}
}

func (s *everyTemplate) triggers(t *testing.T) {
	kinds := []string{"AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route", "AWS::Events::Rule", "AWS::Lambda::EventSourceMapping",
		"AWS::Lambda::Permission", "AWS::Lambda::Url", "AWS::SNS::Subscription", "AWS::Scheduler::Schedule"}
	all := 0
	for _, kind := range kinds {
		all += len(s.ofType(kind))
	}
	// With the permission of the REST API, which is in the API.
	same(t, "what invokes functions", all, `18`)
	count := func(below string) map[string]int {
		all := map[string]int{}
		for path, r := range s.resources {
			if slices.Contains(kinds, r.Type) && strings.HasPrefix(path, below+"/") {
				all[r.Type]++
			}
		}
		return all
	}
	same(t, "made by the links of Base/Invoked", count("Base/Invoked"), `{
		"AWS::ApiGatewayV2::Integration": 1, "AWS::ApiGatewayV2::Route": 1, "AWS::Events::Rule": 2,
		"AWS::Lambda::EventSourceMapping": 3, "AWS::Lambda::Permission": 6, "AWS::Lambda::Url": 1, "AWS::SNS::Subscription": 1, "AWS::Scheduler::Schedule": 1}`)
	same(t, "made by the links of Other/Shares", count("Other/Shares"), `{"AWS::Lambda::EventSourceMapping": 1}`)
	same(t, "made by the links of Base/Stores", count("Base/Stores"), `{}`)
	for _, path := range s.ofType("AWS::Lambda::Permission") {
		p := s.resources[path].Properties
		if p["SourceArn"] == nil && p["Principal"] != "${Base/Caller.Arn}" {
			t.Errorf("%s lets in %v from anywhere", path, p["Principal"])
		}
	}
}

// A link that is not in the stacks is not deployed by the end-to-end test
// either.
func TestEveryLinkIsInTheStacks(t *testing.T) {
	used := map[string]bool{}
	ast.Inspect(parsed(t, "everylinkstack_test.go"), func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if of, ok := s.X.(*ast.Ident); ok && of.Name == "link" {
				used[s.Sel.Name] = true
			}
		}
		return true
	})
	files, err := filepath.Glob("../constructs/link/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, d := range parsed(t, file).Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || f.Type.Results == nil {
				continue
			}
			result, ok := f.Type.Results.List[0].Type.(*ast.Ident)
			if ok && (result.Name == "Link" || result.Name == "Database") && !used[f.Name.Name] {
				t.Errorf("link.%s is not in everylinkstack_test.go: link it, so that it is asserted and deployed", f.Name.Name)
			}
		}
	}
}

func parsed(t *testing.T, file string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
