// Command posture says what each Lambda function of a CDK app, or of any CloudFormation template, may do and reach, who may invoke it, what
// protects it, and what was given up and why. It reads the finished templates alone: it talks neither to AWS nor to Node.
//
//	go run github.com/securegofunction/cdk/cmd/posture cdk.out
package main

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/cmd/posture/internal/report"
	"github.com/securegofunction/cdk/constructs/posture"
	"github.com/securegofunction/cdk/internal/version"
)

// The exit statuses.
const (
	sound   = 0
	found   = 1
	refused = 2
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // one short run: memory for time
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

const usage = `posture says what each Lambda function may do and reach, who may invoke it, and what protects it.

  posture [flags] [cdk.out, or the file of one template, or - for the standard input]

Without a path it reads cdk.out, if there is such a folder.

  --format table       table (the default), json, sarif, markdown, github or html
  --output file        write there and not to the standard output, the default; the file is replaced whole or left as it is
  --function name      this function alone: its path or the end of it, its logical id or its name; all of them by default
  --baseline old.json  what --format json wrote before: say what the change opens and closes; no comparison by default
  --fail-on error      the least severity of an open finding that makes the exit status 1: error (the default), warning or note; none for
                       nothing. With --baseline, those findings alone count that are new since, or whose acknowledgement is gone; opens is
                       for whatever the change opens, be it a finding or not
  --acknowledged       let sarif hold what is acknowledged too, as suppressed; left out by default, as GitHub would show it as open
  --version            print the version, and nothing else
  --help               print this, and nothing else

markdown fits a pull request's comment: with --baseline it is the change and the new findings, and what is too much is counted. github is for a
step's log: workflow commands for the open findings, or with --baseline for the new ones and for what the change opens, 10 of a kind. GitHub shows
these, and the alerts of sarif, in a pull request only where the file is in the repository. cdk.out rarely is: give the template of a folder that
is, or a comment of markdown.

Exit status: 0 nothing of the kind that --fail-on names, 1 something, 2 the input cannot be read. A finding that is acknowledged with a reason is
not open; an acknowledgement that nothing needs, or that has no reason, counts as a warning. go run makes 1 of each status but 0: in CI, build the
command, or install it with
go install github.com/securegofunction/cdk/cmd/posture@latest

Examples:
  posture cdk.out
  posture cdk.out --function Shop/Orders
  posture cdk.out --format html --output posture.html
  posture cdk.out --format sarif --output posture.sarif
  posture cdk.out --format json --output main.json --fail-on none    # on the main branch
  posture cdk.out --format markdown --baseline main.json --fail-on warning    # on a pull request's
`

// The values of --fail-on that are no severity.
const (
	failOnOpens = "opens"
	failOnNone  = "none"
)

type options struct {
	path, format, output, function, baseline, failOn string
	acknowledged, version                            bool
}

func run(args []string, in io.Reader, out, errs io.Writer) int {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage)
		return sound
	case err != nil:
		fmt.Fprintf(errs, "posture: %v; posture --help says more\n", err)
		return refused
	case o.version:
		fmt.Fprintf(out, "posture %s\n", cmp.Or(version.Module(), "of a working tree"))
		return sound
	}
	d, err := read(o, in, errs)
	if err == nil {
		err = write(d, o, out, errs)
	}
	if err != nil {
		fmt.Fprintf(errs, "posture: %s\n", strings.TrimPrefix(err.Error(), "posture: "))
		return refused
	}
	if fails(d, o.failOn) {
		return found
	}
	return sound
}

func fails(d *report.Document, on string) bool {
	switch on {
	case failOnNone:
		return false
	case failOnOpens:
		return d.Change.Opens > 0
	}
	return d.Fails(posture.Severity(on))
}

// parse takes flags before and after the path.
func parse(args []string) (options, error) {
	o := options{}
	flags := flag.NewFlagSet("posture", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.format, "format", "table", "")
	flags.StringVar(&o.output, "output", "", "")
	flags.StringVar(&o.function, "function", "", "")
	flags.StringVar(&o.baseline, "baseline", "", "")
	flags.StringVar(&o.failOn, "fail-on", string(posture.Error), "")
	flags.BoolVar(&o.acknowledged, "acknowledged", false, "")
	flags.BoolVar(&o.version, "version", false, "")
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
	o.format, o.failOn = strings.ToLower(o.format), strings.ToLower(o.failOn)
	if info, err := os.Stat("cdk.out"); len(paths) == 0 && err == nil && info.IsDir() {
		paths = []string{"cdk.out"}
	}
	severities := []string{string(posture.Error), string(posture.Warning), string(posture.Note), failOnNone, failOnOpens}
	switch {
	case o.version:
		return o, nil
	case len(paths) == 0:
		return o, errors.New("give a cdk.out folder or the file of a template")
	case len(paths) > 1:
		return o, fmt.Errorf("give one folder or file, not %d: %s", len(paths), strings.Join(paths, ", "))
	case !slices.Contains(report.Formats(), o.format):
		return o, fmt.Errorf("--format %q is none of %s", o.format, strings.Join(report.Formats(), ", "))
	case !slices.Contains(severities, o.failOn):
		return o, fmt.Errorf("--fail-on %q is none of %s", o.failOn, strings.Join(severities, ", "))
	case o.failOn == failOnOpens && o.baseline == "":
		return o, errors.New("--fail-on opens needs a --baseline to compare with")
	case o.acknowledged && o.format != "sarif":
		return o, errors.New("--acknowledged is for --format sarif alone")
	}
	o.path = paths[0]
	return o, nil
}

func read(o options, in io.Reader, errs io.Writer) (*report.Document, error) {
	if o.output != "" {
		if err := overwrites(o.output, o.path, o.baseline); err != nil {
			return nil, err
		}
	}
	source := o.path
	var p *posture.Posture
	var err error
	if source == "-" {
		source = report.Stdin
		var text []byte
		if text, err = io.ReadAll(in); err == nil {
			p, err = posture.FromJSON(source, text)
		}
	} else {
		p, err = posture.Read(source)
	}
	if err != nil {
		return nil, err
	}
	d := report.New(source, p, p.Check(), posture.Rules())
	d.Suppressed = o.acknowledged
	if o.function != "" {
		f, err := p.Function(o.function)
		if err != nil {
			return nil, fmt.Errorf("--function: %w", err)
		}
		d.Only(f.Path)
	}
	if o.baseline == "" {
		return d, nil
	}
	before, err := report.ReadBaseline(o.baseline)
	if err == nil {
		err = d.Since(before)
	}
	if err != nil {
		return nil, fmt.Errorf("--baseline: %w", err)
	}
	if d.Change.Strangers() {
		fmt.Fprintf(errs, "posture: warning: no function of %s is in %s: is it the baseline of this app?\n", o.baseline, source)
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
	if err := replace(o.output, b.Bytes()); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	fmt.Fprintf(errs, "%s; written to %s\n", d.Summary(), o.output)
	return nil
}
