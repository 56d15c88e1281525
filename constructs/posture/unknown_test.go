package posture

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// leaves calls back for each value within v that is a text, a number, a bool or an intrinsic function, with how to put another in its place.
func leaves(v any, path string, visit func(path string, v any, put func(any))) {
	walk := func(e any, path string, put func(any)) {
		if object, ok := e.(map[string]any); ok && len(object) == 1 {
			for key := range object {
				if key == "Ref" || strings.HasPrefix(key, "Fn::") {
					visit(path, e, put)
					return
				}
			}
		}
		switch e.(type) {
		case map[string]any, []any:
			visit(path, e, put)
			leaves(e, path, visit)
		default:
			visit(path, e, put)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range sorted(v) {
			walk(v[key], path+"."+key, func(other any) { v[key] = other })
		}
	case []any:
		for i, e := range v {
			walk(e, fmt.Sprintf("%s[%d]", path, i), func(other any) { v[i] = other })
		}
	}
}

func sound(t testing.TB) map[string]any {
	t.Helper()
	text, err := os.ReadFile("testdata/sound.json")
	if err != nil {
		t.Fatal(err)
	}
	var template map[string]any
	if err := json.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	return template
}

// Whatever of a policy becomes a parameter, an answer stays or cannot be told: what is not known is never a no, and never a yes.
func TestWhatIsHiddenIsNeverANo(t *testing.T) {
	t.Parallel()
	const parameters = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/my_app/"
	via := []Key{With("kms:ViaService", "ssm.${AWS::Region}.amazonaws.com"), With("kms:EncryptionContext:PARAMETER_ARN", parameters+"api_key")}
	questions := []struct {
		action, resource string
		keys             []Key
	}{
		{"ssm:GetParameter", parameters + "api_key", nil}, {"ssm:GetParameter", parameters + "other", nil}, {"ssm:PutParameter", parameters + "api_key", nil},
		{"sqs:SendMessage", "${SecureGoFunctionsFailedEventsD3183B28.Arn}", nil}, {"sqs:ReceiveMessage", "${SecureGoFunctionsFailedEventsD3183B28.Arn}", nil},
		{"sns:Publish", "${SecureGoFunctionsAlarms61F758A6}", nil}, {"kms:Decrypt", "${ParametersKey105E6ED9.Arn}", via}, {"kms:Encrypt", "${ParametersKey105E6ED9.Arn}", via},
		{"ec2:CreateNetworkInterface", "*", nil}, {"xray:PutTraceSegments", "*", nil}, {"s3:GetObject", "arn:aws:s3:::b/x", nil},
	}
	ask := func(template map[string]any) []Answer {
		text, err := json.Marshal(template)
		if err != nil {
			t.Fatal(err)
		}
		p, err := FromJSON("sound", text)
		if err != nil {
			t.Fatal(err)
		}
		var all []Answer
		for _, q := range questions {
			d, err := p.Decide(p.Functions[0], q.action, q.resource, q.keys...)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, d.Answer)
		}
		return all
	}
	template := sound(t)
	template["Parameters"] = map[string]any{"Hidden": map[string]any{"Type": "String"}}
	before := ask(template)
	if !slices.Contains(before, Yes) || !slices.Contains(before, No) {
		t.Fatalf("the questions test nothing: %v", before)
	}
	hidden, changed := 0, 0
	resources := template["Resources"].(map[string]any)
	for _, id := range sorted(resources) {
		r := resources[id].(map[string]any)
		kind := r["Type"].(string)
		if !strings.HasPrefix(kind, "AWS::IAM::") && !strings.HasPrefix(kind, "AWS::SQS::") && kind != "AWS::KMS::Key" && kind != "AWS::SNS::TopicPolicy" {
			continue
		}
		leaves(r["Properties"], id, func(path string, v any, put func(any)) {
			hidden++
			put(map[string]any{"Ref": "Hidden"})
			after := ask(template)
			put(v)
			for i, a := range after {
				if a != before[i] && a != CannotTell {
					t.Errorf("%s is hidden: %s on %s was %s and is %s", path, questions[i].action, questions[i].resource, before[i], a)
				}
			}
			if !slices.Equal(before, after) {
				changed++
			}
		})
	}
	if hidden < 100 || changed < 40 {
		t.Errorf("%d values were hidden, and %d counted", hidden, changed)
	}
}

// strange are values that a template may hold anywhere.
var strange = []any{nil, true, 1.5, "", "x", "*", "arn:aws:s3:::b", []any{}, []any{[]any{}}, map[string]any{}, map[string]any{"Ref": "AWS::NoValue"}, map[string]any{"Ref": "P"},
	map[string]any{"Fn::If": []any{"C", map[string]any{"Ref": "AWS::NoValue"}, []any{"x"}}}, map[string]any{"Fn::GetAtt": []any{"QuickstartFunctionDEACF8F4", "Arn"}},
	map[string]any{"Fn::Join": []any{"", []any{map[string]any{"Ref": "P"}, 1.0}}}, map[string]any{"x": map[string]any{"Fn::Split": []any{":", "a:b"}}}, map[string]any{"Fn::Transform": "x"}}

// FuzzStrange puts strange values into the sound template: it is read all the same, and twice alike.
func FuzzStrange(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		template := sound(t)
		for range 1 + r.IntN(4) {
			n := 0
			leaves(template, "", func(string, any, func(any)) { n++ })
			at := r.IntN(n)
			var change func()
			leaves(template, "", func(_ string, _ any, put func(any)) {
				if at--; at == -1 {
					change = func() { put(strange[r.IntN(len(strange))]) }
				}
			})
			change()
		}
		text, err := json.Marshal(template)
		if err != nil {
			t.Fatal(err)
		}
		var before string
		for range 2 {
			p, err := FromJSON("sound", text)
			if err != nil {
				return
			}
			for _, f := range p.Functions {
				f.Reaches.Destinations()
				if _, err := p.Decide(f, "sqs:SendMessage", "*"); err != nil {
					t.Error(err)
				}
			}
			written, err := json.Marshal([]any{p, p.Check()})
			if err != nil {
				t.Fatal(err)
			}
			if before != "" && before != string(written) {
				t.Error("read twice, it differs")
			}
			before = string(written)
		}
	})
}
