// Package report writes what package posture found: as a table for the terminal, JSON, SARIF, Markdown for a pull request, and one HTML page
// for a reader who knows neither CDK nor CloudFormation.
//
// All of it is of one Document. The same templates give the same bytes: there is no date in them, and no version but that of the build which
// writes the page. Names, policies and messages come from templates and may hold anything: each format escapes them as it must, and those for
// people show control characters and changes of the writing direction, so that no name looks like another.
package report
