package link

import (
	"testing"
	"time"
)

const callerRole = "arn:aws:iam::111122223333:role/service/orders"

func init() {
	document(documented{function: "FunctionURL", call: `FunctionURL([]string{"` + callerRole + `"}, nil)`, link: FunctionURL([]string{callerRole}, nil)})
}

func TestFunctionURL(t *testing.T) {
	t.Parallel()
	callers := []string{callerRole, token, "arn:aws-cn:iam::444455556666:user/ada"}
	cors := CORS{Origins: []string{"https://www.example.com", "http://localhost:8080", token}, Methods: []string{"GET", "POST"}, Headers: []string{"x-id"}, MaxAge: 24 * time.Hour}
	opensTriggers(t, "callers", FunctionURL(callers, nil), ireland, `[]`, Doors{}, "URL")
	opensTriggers(t, "callers and sites", FunctionURL(callers, &cors), ireland, `[]`, Doors{}, "URL")

	const of = "link.FunctionURL: "
	caller := func(given string) string {
		return of + `caller "` + given + `": give the ARN of a role or a user, such as arn:aws:iam::111122223333:role/orders`
	}
	origin := func(given string) string {
		return of + `CORS origin "` + given + `": give a site by scheme and host, such as https://www.example.com`
	}
	with := func(set func(*CORS)) Link {
		c := CORS{Origins: []string{"https://www.example.com"}, Methods: []string{"POST"}}
		set(&c)
		return FunctionURL(callers, &c)
	}
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"no callers", FunctionURL(nil, nil), of + "it has no callers: give the ARNs of the roles and users that may call it"},
		{"everybody", FunctionURL([]string{"*"}, nil), caller("*")},
		{"a whole account", FunctionURL([]string{"arn:aws:iam::111122223333:root"}, nil), caller("arn:aws:iam::111122223333:root")},
		{"a whole account, by its number", FunctionURL([]string{"111122223333"}, nil), caller("111122223333")},
		{"all roles", FunctionURL([]string{"arn:aws:iam::111122223333:role/*"}, nil), caller("arn:aws:iam::111122223333:role/*")},
		{"a service", FunctionURL([]string{"cloudfront.amazonaws.com"}, nil), caller("cloudfront.amazonaws.com")},
		{"the same twice", FunctionURL([]string{token, token}, nil), of + `caller "` + token + `" is given twice: leave one out`},
		{"all sites", with(func(c *CORS) { c.Origins = []string{"*"} }), origin("*")},
		{"all sites below one", with(func(c *CORS) { c.Origins = []string{"https://*.example.com"} }), origin("https://*.example.com")},
		{"a site with a path", with(func(c *CORS) { c.Origins = []string{"https://www.example.com/shop"} }), origin("https://www.example.com/shop")},
		{"a site without a scheme", with(func(c *CORS) { c.Origins = []string{"www.example.com"} }), origin("www.example.com")},
		{"no sites", with(func(c *CORS) { c.Origins = nil }), of + "CORS has no Origins: give the sites, such as https://www.example.com, or no CORS"},
		{"no methods", with(func(c *CORS) { c.Methods = nil }), of + "CORS has no Methods: give those that the sites may use, such as POST"},
		{"all methods", with(func(c *CORS) { c.Methods = []string{"*"} }), of + `CORS method "*" does not exist: give GET, HEAD, POST, PUT, PATCH or DELETE`},
		{"all headers", with(func(c *CORS) { c.Exposed = []string{"*"} }), of + `CORS header "*": give each by its name`},
		{"a day and a second", with(func(c *CORS) { c.MaxAge = 24*time.Hour + time.Second }), of + "CORS MaxAge 24h0m1s: give 1s to 24h0m0s, in steps of 1s"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}

	l := FunctionURL(callers, &cors)
	callers[0], cors.Methods = "*", nil
	if _, err := l.Open(ireland); err != nil {
		t.Errorf("the link follows what it was given after it was made: %v", err)
	}
}
