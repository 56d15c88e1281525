package posture

import (
	"fmt"
	"time"
)

func init() {
	register(Rule{
		ID:       "runtime-end",
		Title:    "The function's runtime is at its end",
		Severity: Warning,
		Why: "AWS mends no faults of a deprecated runtime, known ones neither. Some months later the function can no longer be updated, when a fault of its " +
			"own has to be mended.",
		Fix:    "Move to a runtime that is supported: provided.al2023 for Go, else the newest of the language.",
		Source: "Lambda guide, \"Lambda runtimes\", tables \"Supported runtimes\" and \"Deprecated runtimes\"",
		Controls: Controls{
			SecurityHub: []string{"Lambda.2"},
			NIST80053:   []string{"CA-9(1)", "CM-2", "SI-2", "SI-2(2)", "SI-2(4)", "SI-2(5)"},
			CDKNag:      []string{"AwsSolutions-L1", "Serverless-LambdaLatestVersion"},
			Checkov:     []string{"CKV_AWS_363"},
		},
		check: runtimeEnd,
	})
}

// runtimeEnds are the days on which AWS deprecates each runtime, as its guide has them (Lambda guide, "Lambda runtimes"; the same table is in
// aws-cloudformation/cfn-lint, LmbdRuntimeLifecycle.json). AWS moves days that are to come: each release of this module is to read the table
// again. A runtime that is not here is newer than the table, and is not found.
var runtimeEnds = map[string]string{
	"dotnet10": "2028-11-14", "dotnet8": "2026-11-10", "dotnet7": "2024-05-14", "dotnet6": "2024-12-20", "dotnet5.0": "2022-05-10",
	"dotnetcore3.1": "2023-04-03", "dotnetcore2.1": "2022-01-05", "dotnetcore2.0": "2019-05-30", "dotnetcore1.0": "2019-06-27",
	"go1.x":  "2024-01-08",
	"java25": "2029-06-30", "java21": "2029-06-30", "java17.al2023": "2029-06-30", "java17": "2027-06-30", "java11.al2023": "2029-06-30",
	"java11": "2027-06-30", "java8.al2023": "2029-06-30", "java8.al2": "2027-06-30", "java8": "2024-01-08",
	"nodejs24.x": "2028-04-30", "nodejs22.x": "2027-04-30", "nodejs20.x": "2026-04-30", "nodejs18.x": "2025-09-01", "nodejs16.x": "2024-06-12",
	"nodejs14.x": "2023-12-04", "nodejs12.x": "2023-03-31", "nodejs10.x": "2021-07-30", "nodejs8.10": "2020-03-06", "nodejs6.10": "2019-08-12",
	"nodejs4.3-edge": "2020-03-05", "nodejs4.3": "2020-03-05", "nodejs": "2016-08-30",
	"provided.al2023": "2029-06-30", "provided.al2": "2026-07-31", "provided": "2024-01-08",
	"python3.14": "2029-06-30", "python3.13": "2029-06-30", "python3.12": "2028-10-31", "python3.11": "2027-06-30", "python3.10": "2026-10-31",
	"python3.9": "2025-12-15", "python3.8": "2024-10-14", "python3.7": "2023-12-04", "python3.6": "2022-07-18", "python2.7": "2021-07-15",
	"ruby4.0": "2029-03-31", "ruby3.4": "2028-03-31", "ruby3.3": "2027-03-31", "ruby3.2": "2026-03-31", "ruby2.7": "2023-12-07", "ruby2.5": "2021-07-30",
}

// today is when the rule is asked: a runtime ends without a change of the template.
var today = time.Now

func runtimeEnd(p *Posture) []Finding {
	var all []Finding
	now := today().UTC().Format(time.DateOnly)
	for _, f := range p.Functions {
		if end, ok := runtimeEnds[f.Runtime.String()]; ok && end <= now {
			all = append(all, at(f.resource, fmt.Sprintf("the runtime %s is deprecated since %s", f.Runtime, end)).of(f))
		}
	}
	return all
}
