package emf

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// CloudWatch's limits (CloudWatch guide, "Specification: Embedded metric
// format"; CloudWatch API reference, "Dimension", "MetricDatum",
// "PutMetricData").
const (
	nameLimit      = 255
	valueLimit     = 1024
	dimensionLimit = 30
	metricLimit    = 100       // metrics in a document
	valuesLimit    = 100       // values of a metric in a document
	sizeLimit      = 256 << 10 // of a document. CloudWatch Logs takes 1 MB by now, and took this before
)

// largestValue is 2 to the 360th.
var largestValue = math.Ldexp(1, 360)

// Units are CloudWatch's.
var units = []string{
	"Seconds", "Microseconds", "Milliseconds",
	"Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes",
	"Bits", "Kilobits", "Megabits", "Gigabits", "Terabits",
	"Percent", "Count",
	"Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second",
	"Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second",
	"Count/Second", "None",
}

// members of a document that are no metrics.
var members = []string{"_aws", "timestamp", "level", "message", "requestId", functionName, service}

const (
	functionName = "FunctionName"
	service      = "Service"
)

// CheckName is the rule for the name of a metric or a dimension, which both are
// members of the document.
func CheckName(name string) error {
	if slices.Contains(members, name) {
		return fmt.Errorf("name %q is taken: the document of the metrics has a member of that name", name)
	}
	return checkText("name", name, nameLimit)
}

// CheckValue is the rule for the value of a dimension.
func CheckValue(value string) error { return checkText("value", value, valueLimit) }

func checkText(what, text string, limit int) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("%s %q is blank", what, text)
	case len(text) > limit:
		return fmt.Errorf("%s %.20q… has %d characters, and CloudWatch takes %d", what, text, len(text), limit)
	case text[0] == ':':
		return fmt.Errorf("%s %q starts with a colon, which CloudWatch refuses", what, text)
	}
	for _, r := range text {
		if r < ' ' || r > '~' {
			return fmt.Errorf("%s %q holds %q: CloudWatch takes printable ASCII", what, text, r)
		}
	}
	return nil
}

// namespaceSigns are what a namespace is made of (CloudWatch API reference,
// "PutMetricData").
const namespaceSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_/#: "

func checkNamespace(namespace string) error {
	if err := checkText("namespace", namespace, nameLimit); err != nil {
		return err
	}
	switch {
	case strings.Trim(namespace, namespaceSigns) != "":
		return fmt.Errorf("namespace %q: use letters, digits, blanks and .-_/#: alone", namespace)
	case strings.HasPrefix(namespace, "AWS/"):
		return fmt.Errorf("namespace %q: AWS/ is for AWS's own metrics", namespace)
	}
	return nil
}

func checkFigure(v float64, unit string) error {
	switch {
	case math.IsNaN(v) || math.Abs(v) > largestValue:
		return fmt.Errorf("value %v: CloudWatch takes numbers between -2^360 and 2^360", v)
	case !slices.Contains(units, unit):
		return fmt.Errorf("unit %q is none of CloudWatch's: use a constant of package metrics", unit)
	}
	return nil
}

func checkNew(name string, labels []Label) error {
	wrong := []error{CheckName(name)}
	if n := len(labels) + 2; n > dimensionLimit {
		wrong = append(wrong, fmt.Errorf("it has %d dimensions, and CloudWatch takes %d", n, dimensionLimit))
	}
	for i, l := range labels {
		switch {
		case l.Name == "":
			wrong = append(wrong, errors.New("a dimension is empty: make it with metrics.NewDimension"))
		case slices.ContainsFunc(labels[:i], func(other Label) bool { return other.Name == l.Name }):
			wrong = append(wrong, fmt.Errorf("dimension %q is given twice", l.Name))
		case l.Name == name:
			wrong = append(wrong, errors.New("a dimension of it has the same name, and they would share a member of the document"))
		}
	}
	return errors.Join(wrong...)
}
