package rds

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// Explain puts before err which database it is and which door is shut: the one
// that is given, as the server's error tells it, or that which the error of the
// network or of TLS tells. What neither knows keeps the name of the database.
func (d Database) Explain(door string, err error) error {
	if err == nil {
		return nil
	}
	if door == "" {
		door = d.door(err)
	}
	if door == "" {
		return fmt.Errorf("%v: %w", d, err)
	}
	return fmt.Errorf("%v: %s: %w", d, door, err)
}

// door goes from what happens last to what happens first: of two addresses, the
// one that was reached further tells more.
func (d Database) door(err error) string {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		dns       *net.DNSError
		network   net.Error
	)
	switch {
	case errors.As(err, &authority):
		return fmt.Sprintf("its certificate is from a CA that is not trusted: trusted are those of RDS in its region and of Amazon Trust Services; for others give %s.Roots", d.Package)
	case errors.As(err, &name):
		return "its certificate is for another name: use the endpoint that RDS gives the database, no alias and no address of it"
	case errors.As(err, &invalid):
		return "its certificate is not valid: see whether it has expired, and rotate it on the database"
	case errors.As(err, &record):
		return "it does not speak TLS: check the port"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the port is refused: check it, and whether the database runs"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "there is no route: run the function in the database's VPC, or in one that is connected to it"
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("its name is not found: %s lets it through a network that filters names; check that the link names this database, and that it is still there", d.Link)
	case errors.As(err, &dns):
		return "its name cannot be looked up: check that the VPC resolves names (enableDnsSupport)"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return fmt.Sprintf("nothing answers in time: %s opens the port in the security groups of both sides; check that the link names this database and its group, and that the function runs in its VPC", d.Link)
	}
	return ""
}
