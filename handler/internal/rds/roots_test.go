package rds

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/securegofunction/cdk/handler/internal/rds/rdstest"
)

func TestRoots(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file    string
		content []byte
		sum     string // of AWS's file; see doc.go
		roots   int
		until   time.Time
	}{
		{"global-bundle.pem", globalBundle, "e5bb2084ccf45087bda1c9bffdea0eb15ee67f0b91646106e466714f9de3c7e3", 108, time.Date(2061, 5, 1, 0, 0, 0, 0, time.UTC)},
		{"amazon-trust-services.pem", amazonTrustServices, "dfaa39c0350288ded35812f7b80f76c4a422b97ecc04c4ac84e325bec528b1b8", 5, time.Date(2037, 12, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if sum := sha256.Sum256(c.content); hex.EncodeToString(sum[:]) != c.sum {
			t.Errorf("%s has the sum %x, want %s", c.file, sum, c.sum)
		}
		roots := parse(t, c.content)
		if len(roots) != c.roots {
			t.Errorf("%s has %d certificates, want %d", c.file, len(roots), c.roots)
		}
		seen := map[string]bool{}
		for _, root := range roots {
			switch name := root.Subject.String(); {
			case seen[string(root.Raw)]:
				t.Errorf("%s: %s is there twice", c.file, name)
			case !root.IsCA || !root.BasicConstraintsValid:
				t.Errorf("%s: %s is no CA", c.file, name)
			case root.KeyUsage != 0 && root.KeyUsage&x509.KeyUsageCertSign == 0:
				t.Errorf("%s: %s may not sign certificates", c.file, name)
			case !bytes.Equal(root.RawIssuer, root.RawSubject) || root.CheckSignatureFrom(root) != nil:
				t.Errorf("%s: %s is no root: it has not signed itself", c.file, name)
			case time.Now().Before(root.NotBefore) || root.NotAfter.Before(c.until):
				t.Errorf("%s: %s is valid from %v until %v, want until %v", c.file, name, root.NotBefore, root.NotAfter, c.until)
			}
			seen[string(root.Raw)] = true
		}
	}
}

func parse(t *testing.T, content []byte) (roots []*x509.Certificate) {
	t.Helper()
	block, rest := pem.Decode(content)
	for ; block != nil; block, rest = pem.Decode(rest) {
		root, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			t.Fatalf("%s: %v", block.Type, err)
		}
		roots = append(roots, root)
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		t.Errorf("%q follows the last certificate", rest)
	}
	return roots
}

// Each region has a root for each of the CAs that RDS offers there: rds-ca-rsa2048-g1,
// rds-ca-rsa4096-g1 and rds-ca-ecc384-g1.
func TestRootsOfEachRegion(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`^Amazon RDS (.+) Root CA (RSA2048|RSA4096|ECC384) G1$`)
	of := map[string][]*x509.Certificate{}
	for _, root := range parse(t, globalBundle) {
		m := named.FindStringSubmatch(root.Subject.CommonName)
		if m == nil {
			t.Fatalf("%q is no root of a region: rootsOf does not find it", root.Subject.CommonName)
		}
		of[m[1]] = append(of[m[1]], root)
	}
	public := parse(t, amazonTrustServices)
	for region, roots := range of {
		if strings.Contains(region, " ") { // Beta and Preview
			continue
		}
		want := x509.NewCertPool()
		for _, root := range append(slices.Clone(roots), public...) {
			want.AddCert(root)
		}
		if got, err := rootsOf(region); err != nil || !got.Equal(want) || len(roots) != 3 {
			t.Errorf("%s: got other certificates than its %d roots and those of Amazon Trust Services, %v", region, len(roots), err)
		}
	}
	for _, none := range []string{"", "us", "us-east", "Beta", "Preview us"} {
		if _, err := rootsOf(none); err == nil {
			t.Errorf("region %q has roots", none)
		}
	}
	if len(of) != 36 || of["Beta us-east-1"] == nil || of["Preview us-east-2"] == nil {
		t.Errorf("%d regions, want 34 and two previews", len(of))
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	ours := rdstest.NewAuthority(t)
	for _, c := range []struct{ situation, host, roots, err string }{
		{"a region that is known", "db.abc.eu-west-1.rds.amazonaws.com", "", ""},
		{"a region without roots here", "db.abc.us-gov-west-1.rds.amazonaws.com", "", `region "us-gov-west-1" has no roots in this module: download its bundle`},
		{"the same, with roots given", "db.abc.us-gov-west-1.rds.amazonaws.com", string(ours.PEM), ""},
		{"a global database", "db.global-abc.global.rds.amazonaws.com", "", "in no one region"},
		{"roots that are none", "db.abc.eu-west-1.rds.amazonaws.com", "no PEM", "the roots given hold no certificate: give postgres.Roots"},
	} {
		d := Database{Package: "postgres", Host: c.host}
		if c.roots != "" {
			d.Roots = []byte(c.roots)
		}
		got, err := d.TLS()
		if c.err != "" {
			if got != nil || err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: got %v, want %q", c.situation, err, c.err)
			}
			continue
		}
		if err != nil || got.InsecureSkipVerify || got.VerifyPeerCertificate != nil || got.ServerName != c.host || got.MinVersion < tls.VersionTLS12 || got.RootCAs == nil {
			t.Errorf("%s: got %+v, %v", c.situation, got, err)
			continue
		}
		given := x509.NewCertPool()
		given.AppendCertsFromPEM(ours.PEM)
		if c.roots != "" && !got.RootCAs.Equal(given) {
			t.Errorf("%s: others than the roots given are trusted", c.situation)
		}
	}
	empty := Database{Package: "postgres", Host: "db.abc.eu-west-1.rds.amazonaws.com", Roots: []byte{}}
	if _, err := empty.TLS(); err == nil {
		t.Error("roots that are empty are taken for none")
	}
}

// BenchmarkRoots is what a function pays for its roots at its start, against
// parsing all of them.
func BenchmarkRoots(b *testing.B) {
	b.Run("of a region", func(b *testing.B) {
		for b.Loop() {
			if _, err := rootsOf("eu-west-1"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			x509.NewCertPool().AppendCertsFromPEM(globalBundle)
		}
	})
}
