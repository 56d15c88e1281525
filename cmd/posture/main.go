// Command posture says what each Lambda function of a CDK app, or of any CloudFormation template, may do and reach, who may invoke it, what
// protects it, and what was given up and why. It reads the finished templates alone: it talks neither to AWS nor to Node.
//
//	go run github.com/securegofunction/cdk/cmd/posture cdk.out
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/cmd/posture/internal/report"
	"github.com/securegofunction/cdk/constructs/posture"
)

// The exit statuses.
const (
	sound   = 0
	found   = 1
	refused = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

const usage = `posture says what each Lambda function may do and reach, who may invoke it, and what protects it.

  posture [flags] <cdk.out, or the file of one template>

  --format table       table (the default), json, sarif, markdown or html
  --output file        write there and not to the standard output
  --function name      this function alone: its path or the end of it, its logical id or its name
  --baseline old.json  what --format json wrote before: say what the change opens and closes
  --fail-on error      the least severity that makes the exit status 1: error (the default), warning or note

Exit status: 0 no such finding is open, 1 one is, 2 the input cannot be read. A finding that is acknowledged with a reason is not open. go run
makes 1 of each status but 0: in CI, build the command, or install it with
go install github.com/securegofunction/cdk/cmd/posture@latest

Examples:
  posture cdk.out
  posture cdk.out --function Shop/Orders
  posture cdk.out --format html --output posture.html
  posture cdk.out --format sarif --output posture.sarif
  posture cdk.out --format json --output main.json      # on the main branch
  posture cdk.out --format markdown --baseline main.json --fail-on warning    # on a pull request's
`

type options struct {
	path, format, output, function, baseline string
	failOn                                   posture.Severity
}

func run(args []string, out, errs io.Writer) int {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage)
		return sound
	case err != nil:
		fmt.Fprintf(errs, "posture: %v; posture --help says more\n", err)
		return refused
	}
	d, err := read(o)
	if err == nil {
		err = write(d, o, out, errs)
	}
	if err != nil {
		fmt.Fprintf(errs, "posture: %s\n", strings.TrimPrefix(err.Error(), "posture: "))
		return refused
	}
	if d.Fails(o.failOn) {
		return found
	}
	return sound
}

// parse takes flags before and after the path.
func parse(args []string) (options, error) {
	o := options{}
	failOn := ""
	flags := flag.NewFlagSet("posture", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.format, "format", "table", "")
	flags.StringVar(&o.output, "output", "", "")
	flags.StringVar(&o.function, "function", "", "")
	flags.StringVar(&o.baseline, "baseline", "", "")
	flags.StringVar(&failOn, "fail-on", string(posture.Error), "")
	var paths []string
	for rest := args; ; {
		if err := flags.Parse(rest); err != nil {
			return o, err
		}
		if flags.NArg() == 0 {
			break
		}
		paths, rest = append(paths, flags.Arg(0)), flags.Args()[1:]
	}
	switch {
	case len(paths) == 0:
		return o, errors.New("give a cdk.out folder or the file of a template")
	case len(paths) > 1:
		return o, fmt.Errorf("give one folder or file, not %d: %s", len(paths), strings.Join(paths, ", "))
	case !slices.Contains(report.Formats(), o.format):
		return o, fmt.Errorf("--format %q is none of %s", o.format, strings.Join(report.Formats(), ", "))
	}
	o.path, o.failOn = paths[0], posture.Severity(failOn)
	if !slices.Contains([]posture.Severity{posture.Error, posture.Warning, posture.Note}, o.failOn) {
		return o, fmt.Errorf("--fail-on %q is none of error, warning, note", failOn)
	}
	return o, nil
}

func read(o options) (*report.Document, error) {
	p, err := posture.Read(o.path)
	if err != nil {
		return nil, err
	}
	d := report.New(o.path, p, p.Check(), posture.Rules())
	only := ""
	if o.function != "" {
		f, err := p.Function(o.function)
		if err != nil {
			return nil, fmt.Errorf("--function: %w", err)
		}
		only = f.Path
		d.Only(only)
	}
	if o.baseline != "" {
		before, err := report.ReadBaseline(o.baseline)
		if err != nil {
			return nil, fmt.Errorf("--baseline: %w", err)
		}
		if only != "" {
			before.Only(only)
		}
		d.Since(before)
	}
	return d, nil
}

// write makes all of it before the file is touched, so that no half of a report is left behind.
func write(d *report.Document, o options, out, errs io.Writer) error {
	var b bytes.Buffer
	if err := d.Write(&b, o.format); err != nil {
		return err
	}
	if o.output == "" {
		_, err := out.Write(b.Bytes())
		return err
	}
	if err := os.WriteFile(o.output, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	fmt.Fprintf(errs, "%s; written to %s\n", d.Summary(), o.output)
	return nil
}
