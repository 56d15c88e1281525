package link

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
)

func init() {
	document(documented{function: "Schedule", call: `Schedule("nightly", "cron(0 3 * * ? *)", failures, &ScheduleOptions{Timezone: "Europe/Berlin"})`,
		link: Schedule("nightly", "cron(0 3 * * ? *)", &fakeQueue{}, &ScheduleOptions{Timezone: "Europe/Berlin"})})
}

func TestSchedule(t *testing.T) {
	key, other := &fakeKey{arn: keyARN}, &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:key/2"}
	const nightly = "cron(0 3 * * ? *)"
	input := map[string]any{"job": "sweep"}
	// The schedule's own role invokes and sends: the function's is allowed
	// nothing.
	opensTriggers(t, "the defaults", Schedule("nightly", nightly, &fakeQueue{}, nil), ireland, `[]`, Doors{}, "Schedule-nightly")
	opensTriggers(t, "all options", Schedule("nightly", nightly, &fakeQueue{key: key}, &ScheduleOptions{Timezone: "America/Argentina/Buenos_Aires", Window: 24 * time.Hour, Input: input, Key: other, MaxEventAge: 24 * time.Hour}), ireland,
		`[]`, Doors{Keys: []awskms.IKey{key, other}}, "Schedule-nightly")
	const of = `link.Schedule "nightly": `
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"no name", Schedule("", nightly, &fakeQueue{}, nil), `link.Schedule "": the name "" is malformed: use 1 to 64 letters, digits and _-, such as nightly`},
		{"no queue", Schedule("nightly", nightly, nil, nil), of + "the queue for failures is nil: give an awssqs.IQueue; the alarm of one that is the function's FailedEvents too counts both"},
		{"a key for nothing", Schedule("nightly", nightly, &fakeQueue{}, &ScheduleOptions{Key: key}), of + "the Key encrypts the Input, and there is none: leave it out"},
		{"an alias for a key", Schedule("nightly", nightly, &fakeQueue{}, &ScheduleOptions{Input: input, Key: &fakeKey{arn: "arn:aws:kms:eu-west-1:111122223333:alias/jobs"}}),
			of + "the key arn:aws:kms:eu-west-1:111122223333:alias/jobs is an alias, and IAM allows by key only: import it with awskms.Key_FromKeyArn or Key_FromLookup"},
		{"what JSON has not", Schedule("nightly", nightly, &fakeQueue{}, &ScheduleOptions{Input: map[string]any{"f": func() {}}}), of + "the Input is no JSON: json: unsupported type: func()"},
		{"a time zone's offset", Schedule("nightly", nightly, &fakeQueue{}, &ScheduleOptions{Timezone: "+01:00"}), of + `the Timezone "+01:00": give one of the IANA database, such as Europe/Berlin`},
		{"times that there are not, told together", Schedule("nightly", "", &fakeQueue{}, &ScheduleOptions{Window: time.Second, MaxEventAge: time.Second}),
			of + "the expression \"\" is malformed: give one such as rate(5 minutes), cron(0 3 * * ? *) or at(2030-01-01T03:00:00)\n" +
				"Window 1s: give 1m0s to 24h0m0s, in steps of 1m0s\nMaxEventAge 1s: give 1m0s to 24h0m0s, in steps of 1s"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}

	l := Schedule("nightly", nightly, &fakeQueue{}, &ScheduleOptions{Input: input})
	input["f"] = func() {}
	if _, err := l.Open(ireland); err != nil {
		t.Errorf("the link follows its input after it was made: %v", err)
	}
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	const malformed = "is malformed: give one such as rate(5 minutes), cron(0 3 * * ? *) or at(2030-01-01T03:00:00)"
	for expression, want := range map[string]string{
		"rate(1 minute)":           "",
		"rate(90 days)":            "",
		"cron(0 3 * * ? *)":        "",
		"cron(15 10 ? * 6L 2030)":  "",
		"at(2030-02-28T03:00:00)":  "",
		"rate(1 minutes)":          "write rate(1 minute), and rate(2 minutes)",
		"rate(2 minute)":           "write rate(1 minute), and rate(2 minutes)",
		"rate(0 days)":             malformed,
		"rate(30 seconds)":         malformed,
		"rate(5 minutes) ":         malformed,
		"cron(0 3 * * ?)":          "has 5 fields: give 6, minutes hours day-of-month month day-of-week year, such as cron(0 3 * * ? *)",
		"cron(0 3 * * * *)":        "one of day-of-month and day-of-week, and not both, is a ?, as in cron(0 3 * * ? *)",
		"cron(0 3 ? * ? *)":        "one of day-of-month and day-of-week, and not both, is a ?, as in cron(0 3 * * ? *)",
		"at(2030-02-30T03:00:00)":  "give a time without zone, such as at(2030-01-01T03:00:00)",
		"at(2030-01-01T03:00:00Z)": "give a time without zone, such as at(2030-01-01T03:00:00)",
		"0 3 * * *":                malformed,
		"every 5 minutes":          malformed,
		token:                      malformed,
	} {
		switch err := checkExpression(expression); {
		case want == "" && err != nil:
			t.Errorf("%q: %v", expression, err)
		case want != "":
			connector := ": "
			if want == malformed || want[:3] == "has" {
				connector = " "
			}
			if got := text(err); got != `the expression "`+expression+`"`+connector+want {
				t.Errorf("%q: got %q, want %q", expression, got, want)
			}
		}
	}
}
