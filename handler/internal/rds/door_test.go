package rds

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	authority := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	for _, c := range []struct {
		situation string
		err       error
		want      string
	}{
		{"a name that is not found", &net.DNSError{Err: "no such host", Name: "db", IsNotFound: true}, "its name is not found: link.Postgres lets it through"},
		{"a resolver that does not answer", &net.DNSError{Err: "i/o timeout", Name: "db", IsTimeout: true}, "its name cannot be looked up"},
		{"no answer", &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, "nothing answers in time: link.Postgres opens the port"},
		{"no answer before the context's end", fmt.Errorf("dial: %w", context.DeadlineExceeded), "nothing answers in time"},
		{"refused", refused, "the port is refused"},
		{"no route", os.NewSyscallError("connect", syscall.EHOSTUNREACH), "there is no route"},
		{"no route for a family", os.NewSyscallError("connect", syscall.ENETUNREACH), "there is no route"},
		{"another CA", authority, "its certificate is from a CA that is not trusted"},
		{"another name", &tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "db"}}, "its certificate is for another name"},
		{"expired", &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, "its certificate is not valid"},
		{"no TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "it does not speak TLS"},
		{"two addresses, of which one was reached", errors.Join(refused, authority), "its certificate is from a CA"},
		{"what is unknown", errors.New("another"), ""},
		{"the end of a caller", context.Canceled, ""},
	} {
		err := orders.Explain("", c.err)
		want := "postgres orders.cluster-abc.eu-west-1.rds.amazonaws.com:5432 as orders_app: " + c.want
		if !errors.Is(err, c.err) || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), ": "+c.err.Error()) || c.want == "" && err.Error() != want+c.err.Error() {
			t.Errorf("%s: got  %v\nwant %s", c.situation, err, want)
		}
	}
	if err := orders.Explain("the server's own", refused); !strings.Contains(err.Error(), "orders_app: the server's own: ") {
		t.Errorf("a door that the server names: got %v", err)
	}
	if err := orders.Explain("", nil); err != nil {
		t.Errorf("no error: got %v", err)
	}
}
