package link

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/internal/iam"
)

// fakeTable is a table that needs no Node. It is named orders unless it has
// another name.
type fakeTable struct {
	name, arn string
	key       awskms.IKey
}

func (t *fakeTable) TableName() *string { return or(t.name, "orders") }

func (t *fakeTable) TableArn() *string {
	return or(t.arn, tableOrders)
}

const tableOrders = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"

func (t *fakeTable) EncryptionKey() awskms.IKey { return t.key }

func init() {
	under := &fakeTable{key: &fakeKey{arn: keyARN}}
	document(
		documented{function: "TableRead", call: `TableRead("ORDERS", table, Index("by-customer"), AndScan())`, link: TableRead("ORDERS", under, Index("by-customer"), AndScan())},
		documented{function: "TableWrite", call: `TableWrite("ORDERS", table)`, link: TableWrite("ORDERS", under)},
		documented{function: "TableReadWrite", call: `TableReadWrite("ORDERS", table, NoCustomerKey("orders of a demo"))`,
			link: TableReadWrite("ORDERS", &fakeTable{}, NoCustomerKey("orders of a demo"))})
}

func TestTablesOpenTheirDoors(t *testing.T) {
	key := &fakeKey{arn: keyARN}
	under, plain := &fakeTable{key: key}, &fakeTable{}
	open := NoCustomerKey("orders of a demo")
	const (
		arn   = tableOrders
		reads = `"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:Query"`
		scans = reads + `, "dynamodb:Scan"`
		write = `"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"`
	)
	allows := func(actions, resource string) string {
		return `{"Effect": "Allow", "Action": [` + actions + `], "Resource": "` + resource + `"}, `
	}
	returnsNothing := func(resource string) string {
		return `{"Effect": "Allow", "Action": [` + write + `], "Resource": "` + resource + `", "Condition": {"StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"}}}, `
	}
	decrypts := func(region, name string) string {
		return `{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "` + keyARN + `", "Condition": {"StringEquals": {
			"kms:ViaService": "dynamodb.` + region + `.amazonaws.com", "kms:EncryptionContext:aws:dynamodb:tableName": "` + name + `"}}}, `
	}
	overTLS := func(arn string) string {
		return `{"Effect": "Deny", "Action": "dynamodb:*", "Resource": ["` + arn + `", "` + arn + `/index/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`
	}
	const index = `{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "` + arn + `/index/by-customer"}, `
	var (
		name    = []Variable{{"ORDERS", "orders", "table"}}
		keys    = []awskms.IKey{key}
		relaxed = []Relaxation{{"table orders is under no customer key", "orders of a demo", "table-key", tableOrders}}
	)
	for _, c := range []struct {
		situation  string
		link       Link
		at         Site
		statements string
		variables  []Variable
		keys       []awskms.IKey
		relaxed    []Relaxation
	}{
		{"read", TableRead("ORDERS", under), ireland, allows(reads, arn) + decrypts("eu-west-1", "orders") + overTLS(arn), name, keys, nil},
		{"read without a customer key", TableRead("ORDERS", plain, open), ireland, allows(reads, arn) + overTLS(arn), name, nil, relaxed},
		{"read and scan", TableRead("ORDERS", plain, open, AndScan()), ireland, allows(scans, arn) + overTLS(arn), name, nil, relaxed},
		{"read an index", TableRead("ORDERS", plain, open, Index("by-customer")), ireland, allows(reads, arn) + index + overTLS(arn), name, nil, relaxed},
		{"read two indexes and scan, whatever comes first", TableRead("ORDERS", plain, AndScan(), Index("by-customer"), Index("by.day_2"), open), ireland,
			allows(scans, arn) + `{"Effect": "Allow", "Action": ["dynamodb:Query", "dynamodb:Scan"], "Resource": ["` + arn + `/index/by-customer", "` + arn + `/index/by.day_2"]}, ` + overTLS(arn),
			name, nil, relaxed},
		{"write", TableWrite("ORDERS", under), ireland, returnsNothing(arn) + decrypts("eu-west-1", "orders") + overTLS(arn), name, keys, nil},
		{"write without a customer key", TableWrite("ORDERS", plain, open), ireland, returnsNothing(arn) + overTLS(arn), name, nil, relaxed},
		{"read and write", TableReadWrite("ORDERS", under), ireland, allows(reads+`, `+write, arn) + decrypts("eu-west-1", "orders") + overTLS(arn), name, keys, nil},
		{"read and write, scan and an index", TableReadWrite("ORDERS", under, Index("by-customer"), AndScan()), ireland,
			allows(scans+`, `+write, arn) + allows(`"dynamodb:Query", "dynamodb:Scan"`, arn+"/index/by-customer") + decrypts("eu-west-1", "orders") + overTLS(arn), name, keys, nil},
		{"an index that is a token", TableRead("ORDERS", plain, open, Index(token)), ireland,
			allows(reads, arn) + `{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "` + arn + `/index/` + token + `"}, ` + overTLS(arn), name, nil, relaxed},
		{"a table of the app", TableReadWrite("ORDERS", &fakeTable{name: token, arn: "${Token[TOKEN.2]}", key: key}), ireland,
			allows(reads+`, `+write, "${Token[TOKEN.2]}") + decrypts("eu-west-1", token) + overTLS("${Token[TOKEN.2]}"), []Variable{{"ORDERS", token, "table"}}, keys, nil},
		{"another partition", TableRead("ORDERS", &fakeTable{arn: "arn:aws-cn:dynamodb:cn-north-1:444455556666:table/orders", key: key}), china,
			allows(reads, "arn:aws-cn:dynamodb:cn-north-1:444455556666:table/orders") + decrypts("cn-north-1", "orders") + overTLS("arn:aws-cn:dynamodb:cn-north-1:444455556666:table/orders"),
			name, keys, nil},
	} {
		opensDoors(t, c.situation, c.link, c.at, `[`+c.statements+`]`,
			Doors{Variables: c.variables, Gateways: []string{"dynamodb"}, Keys: c.keys, Relaxed: c.relaxed})
	}
}

// No link of a table lists, describes, changes or deletes the table itself.
func TestTablesAreReadAndWrittenApart(t *testing.T) {
	table := &fakeTable{key: &fakeKey{arn: keyARN}}
	reads := []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:Query", "dynamodb:Scan", "kms:Decrypt"}
	writes := []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "kms:Decrypt"}
	for _, c := range []struct {
		situation string
		link      Link
		want      []string
	}{
		{"read", TableRead("A", table, AndScan(), Index("by-customer")), reads},
		{"write", TableWrite("A", table), writes},
		{"read and write", TableReadWrite("A", table, AndScan(), Index("by-customer")), append(slices.Clone(reads), writes...)},
	} {
		doors, err := c.link.Open(ireland)
		if err != nil {
			t.Errorf("%s: %v", c.situation, err)
		}
		for _, s := range doors.Statements {
			for _, action := range s.Actions {
				if s.Effect != iam.Deny && !slices.Contains(c.want, action) {
					t.Errorf("%s: allows %s", c.situation, action)
				}
			}
		}
	}
}

func TestBadTables(t *testing.T) {
	under := &fakeTable{key: &fakeKey{arn: keyARN}}
	var none Table
	const (
		at       = `table "orders" of variable ORDERS: `
		nilTable = `table "" of variable ORDERS: the table is nil: give an awsdynamodb.ITable`
		reading  = "Index and AndScan read: use them with link.TableRead or link.TableReadWrite"
	)
	malformed := func(name string) string {
		return at + `Index "` + name + `" is malformed: use 3 to 255 letters, digits and _.-, such as by-customer`
	}
	index := func(name string) Link { return TableRead("ORDERS", under, Index(name)) }
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"nil to read", TableRead("ORDERS", nil), nilTable},
		{"nil to write", TableWrite("ORDERS", nil), nilTable},
		{"nil to read and write", TableReadWrite("ORDERS", nil), nilTable},
		{"a nil interface", TableRead("ORDERS", none), nilTable},
		{"a nil pointer", TableRead("ORDERS", (*fakeTable)(nil)), nilTable},
		{"a nil option", TableRead("ORDERS", under, AndScan(), nil), at + "option 1 is nil: leave it out"},
		{"an index without a name", index(""), malformed("")},
		{"an index of two letters", index("by"), malformed("by")},
		{"an index of 256", index(strings.Repeat("x", 256)), malformed(strings.Repeat("x", 256))},
		{"every index", index("***"), malformed("***")},
		{"an index of a pattern", index("by-?????"), malformed("by-?????")},
		{"an index by its path", index("index/by-customer"), malformed("index/by-customer")},
		{"a variable of IAM", index("${aws:username}"), malformed("${aws:username}")},
		{"every index below a token", index(token + "*"), malformed(token + "*")},
		{"an index twice", TableRead("ORDERS", under, Index("by-customer"), Index("by-customer")), at + `Index "by-customer" is given twice: leave one out`},
		{"to write by an index", TableWrite("ORDERS", under, Index("by-customer")), at + reading},
		{"to write by a scan", TableWrite("ORDERS", under, AndScan()), at + reading},
		{"all at once", TableWrite("ORDERS", nil, Index(""), nil), nilTable + "\n" + `Index "" is malformed: use 3 to 255 letters, digits and _.-, such as by-customer` +
			"\noption 1 is nil: leave it out\n" + reading},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}

func TestIndexNames(t *testing.T) {
	table := &fakeTable{key: &fakeKey{arn: keyARN}}
	for _, name := range []string{"abc", "AZaz09_.-", strings.Repeat("x", 255)} {
		if _, err := TableRead("ORDERS", table, Index(name)).Open(ireland); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
