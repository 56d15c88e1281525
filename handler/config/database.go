package config

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/securegofunction/cdk/internal/contract"
)

// Postgres is a PostgreSQL database that the function logs in to with an IAM
// token, over TLS with full verification. Package handler/postgres opens it.
type Postgres struct {
	Host     string
	Port     int
	User     string
	Database string
}

// MySQL is a MySQL or MariaDB database that the function logs in to with an IAM
// token, over TLS with full verification. Package handler/mysql opens it.
type MySQL struct {
	Host     string
	Port     int
	User     string
	Database string
}

// Valkey is an ElastiCache cache, Valkey or Redis OSS, that the function logs
// in to with an IAM token, over TLS.
type Valkey struct {
	Host string
	Port int
	User string
	// Cache is the name that the IAM token is for.
	Cache string
}

// Address is a host and port.
type Address struct {
	Host string
	Port int
}

// String returns host:port, for net.Dial.
func (a Address) String() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }

// URL is a host that is reached by HTTPS.
type URL struct {
	// Host, with its port where that is not 443.
	Host string
}

// String returns https://host, without a slash after it.
func (u URL) String() string { return "https://" + u.Host }

// LinkKinds says which variable each type reads.

func (Postgres) LinkKinds() []contract.Kind { return []contract.Kind{contract.Postgres} }
func (MySQL) LinkKinds() []contract.Kind    { return []contract.Kind{contract.MySQL} }
func (Valkey) LinkKinds() []contract.Kind   { return []contract.Kind{contract.Valkey} }
func (Address) LinkKinds() []contract.Kind  { return []contract.Kind{contract.Address} }
func (URL) LinkKinds() []contract.Kind      { return []contract.Kind{contract.URL} }

func (p *Postgres) read(value string, _ environment) (err error) {
	*p = Postgres{}
	p.Host, p.Port, p.User, p.Database, err = database(value, "postgres", "sslmode")
	return err
}

func (m *MySQL) read(value string, _ environment) (err error) {
	*m = MySQL{}
	m.Host, m.Port, m.User, m.Database, err = database(value, "mysql", "tls")
	return err
}

// database takes scheme://user@host:port/database?option=verify-full apart.
func database(value, scheme, option string) (host string, port int, user, name string, err error) {
	u, host, port, ok := server(value, scheme)
	if ok {
		name = strings.TrimPrefix(u.Path, "/")
		ok = name != "" && !strings.Contains(name, "/") && u.User.Username() != "" && u.RawQuery == option+"=verify-full"
	}
	if !ok {
		return "", 0, "", "", errors.New("is no database without a password and with verified TLS: " + scheme + "://user@host:port/database?" + option + "=verify-full")
	}
	return host, port, u.User.Username(), name, nil
}

func (v *Valkey) read(value string, _ environment) error {
	*v = Valkey{}
	u, host, port, ok := server(value, "rediss")
	var cache string
	if ok {
		cache, ok = strings.CutPrefix(u.RawQuery, "cache=")
		ok = ok && u.Path == "" && u.User.Username() != "" && made(cache, 1, 40, letters+digits+"-")
	}
	if !ok {
		return errors.New("is no cache without a password and with TLS: rediss://user@host:port?cache=name")
	}
	*v = Valkey{host, port, u.User.Username(), cache}
	return nil
}

// server parses a URL that has a port and no password.
func server(value, scheme string) (u *url.URL, host string, port int, ok bool) {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != scheme || u.Opaque != "" || u.Fragment != "" {
		return nil, "", 0, false
	}
	if _, password := u.User.Password(); password {
		return nil, "", 0, false
	}
	host, port, ok = hostPort(u.Host)
	return u, host, port, ok
}

func (a *Address) read(value string, _ environment) error {
	*a = Address{}
	host, port, ok := hostPort(value)
	if !ok {
		return errors.New("is no address: host:port")
	}
	*a = Address{host, port}
	return nil
}

func hostPort(value string) (host string, port int, ok bool) {
	host, digit, err := net.SplitHostPort(value)
	if err != nil || !isHost(host) || !made(digit, 1, 5, digits) {
		return "", 0, false
	}
	port, err = strconv.Atoi(digit)
	return host, port, err == nil && 1 <= port && port <= 65535
}

// isHost reports whether s is a name or an IP address.
func isHost(s string) bool { return net.ParseIP(s) != nil || made(s, 1, 253, letters+digits+".-_") }

func (u *URL) read(value string, _ environment) error {
	*u = URL{}
	host, ok := strings.CutPrefix(value, "https://")
	if _, _, port := hostPort(host); !ok || !port && !isHost(host) || net.ParseIP(host) != nil && strings.Contains(host, ":") {
		return errors.New("is no host that is reached by TLS: https://host")
	}
	u.Host = host
	return nil
}
