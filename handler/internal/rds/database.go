package rds

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Database is one that is logged in to, and as whom.
type Database struct {
	// Package opens the database, and Link links it: their names are in errors.
	Package, Link string

	Host     string
	Port     int
	User     string
	Database string

	// Roots are trusted in PEM form. Defaults to those of this package.
	Roots []byte
	// Credentials sign the token. Defaults to those of the function's role, in
	// the environment.
	Credentials aws.CredentialsProvider
}

// Check returns all that is missing.
func (d Database) Check() error {
	var wrong []error
	const loaded = ", which config.Load fills from what the stack linked"
	if d.Host == "" {
		wrong = append(wrong, errors.New("host is empty: give the database's endpoint"+loaded))
	}
	if d.Port < 1 || d.Port > 65535 {
		wrong = append(wrong, fmt.Errorf("port is %d: give the database's, from 1 to 65535%s", d.Port, loaded))
	}
	if d.User == "" {
		wrong = append(wrong, errors.New("user is empty: give the database user that logs in with an IAM token"+loaded))
	}
	if d.Database == "" {
		wrong = append(wrong, errors.New("database is empty: give the database's name on the server"+loaded))
	}
	return errors.Join(wrong...)
}

// Address is host:port.
func (d Database) Address() string { return net.JoinHostPort(d.Host, strconv.Itoa(d.Port)) }

// String names the database and the user, for errors.
func (d Database) String() string { return d.Package + " " + d.Address() + " as " + d.User }

// The region is a part of an endpoint's name, and elsewhere in China (RDS
// guide, "Finding the connection information"; China guide, "Endpoints").
var endpoint = regexp.MustCompile(`^(?:[^.]+\.){2,}([a-z0-9-]+)\.rds\.amazonaws\.com$|^(?:[^.]+\.){2,}rds\.([a-z0-9-]+)\.amazonaws\.com\.cn$`)

// Region that the database is in. A host that is no endpoint of RDS is taken to
// be in the function's.
func (d Database) Region() (string, error) {
	if m := endpoint.FindStringSubmatch(d.Host); m != nil {
		if region := m[1] + m[2]; region != "global" {
			return region, nil
		}
		return "", fmt.Errorf("host %s is the endpoint of an Aurora global database, which is in no one region: give the endpoint of its cluster in the function's", d.Host)
	}
	if region := os.Getenv("AWS_REGION"); region != "" {
		return region, nil
	}
	return "", fmt.Errorf("host %s is no endpoint of RDS, and AWS_REGION is not set: Lambda sets it; elsewhere set it to the database's region", d.Host)
}

// TLS verifies the chain and the name of what the server shows.
func (d Database) TLS() (*tls.Config, error) {
	roots, err := d.roots()
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: roots, ServerName: d.Host, MinVersion: tls.VersionTLS12}, nil
}
