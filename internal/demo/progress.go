package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// progress prints what happens, when, and what came of it.
type progress struct {
	out   io.Writer
	start time.Time
}

func (p *progress) do(ctx context.Context, title string, step func(context.Context) (report string, err error)) error {
	p.line(title)
	report, err := step(ctx)
	if ctx.Err() != nil {
		err = fmt.Errorf("interrupted: %w", ctx.Err())
	}
	if err != nil {
		p.failed(err)
		return err
	}
	if report != "" {
		fmt.Fprintln(p.out, indent(report))
	}
	return nil
}

func (p *progress) failed(err error) {
	p.line("FAILED")
	fmt.Fprintln(p.out, indent(err.Error()))
}

func (p *progress) line(text string) {
	fmt.Fprintf(p.out, "[%5.1fs] %s\n", time.Since(p.start).Seconds(), text)
}

func indent(text string) string {
	return "         " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n         ")
}
