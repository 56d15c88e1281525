package link

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// Table is what the links of tables ask of one. Any awsdynamodb.ITable is one.
type Table interface {
	TableArn() *string
	TableName() *string
	// EncryptionKey is nil if there is no customer key, or CDK knows of none.
	EncryptionKey() awskms.IKey
}

// TableRead lets the function read items of a DynamoDB table by their keys: one,
// several, or all of a partition, and check a condition on one in a
// transaction. The variable holds the table's name.
//
// It opens no index and no scan: for those there are Index and AndScan. It
// opens no PartiQL either, whose actions are apart.
//
// This and the other links of tables refuse what does not come over TLS. The
// function may use the table's customer key through DynamoDB, for this table
// only. Import a table that is under one with
// awsdynamodb.Table_FromTableAttributes and its EncryptionKey. For one that is
// under none, say so with NoCustomerKey.
func TableRead(variable string, from Table, options ...TableOption) Link {
	return newTable(tableAccess{stored: stored{variable: variable}, reads: true}, from, options)
}

// TableWrite lets the function put, update and delete items, one by one, in
// batches and in transactions, and not read them: a request for the values
// before or after, by ReturnValues, is denied. A counter that is read as it is
// raised needs TableReadWrite. The variable holds the table's name.
func TableWrite(variable string, from Table, options ...TableOption) Link {
	return newTable(tableAccess{stored: stored{variable: variable}, writes: true}, from, options)
}

// TableReadWrite is TableRead and TableWrite, and returns values.
func TableReadWrite(variable string, from Table, options ...TableOption) Link {
	return newTable(tableAccess{stored: stored{variable: variable}, reads: true, writes: true}, from, options)
}

// TableOption says more of a link of a table.
type TableOption interface{ table(*tableAccess) }

// Index lets the function also query an index of the table, which holds copies
// of items. Give it once for each index.
func Index(name string) TableOption {
	return tableOption(func(t *tableAccess) {
		switch {
		case pseudo.IsToken(name) && !patternOfPolicy(name):
		case !indexName.MatchString(name):
			t.mistakes = append(t.mistakes, fmt.Errorf("Index %q is malformed: use 3 to 255 letters, digits and _.-, such as by-customer", name))
		}
		if slices.Contains(t.indexes, name) {
			t.mistakes = append(t.mistakes, fmt.Errorf("Index %q is given twice: leave one out", name))
		}
		t.indexes = append(t.indexes, name)
	})
}

// AndScan lets the function also read all items without knowing a key, of the
// table and of each Index.
func AndScan() TableOption { return tableOption(func(t *tableAccess) { t.scans = true }) }

type tableOption func(*tableAccess)

func (set tableOption) table(t *tableAccess) { set(t) }

// DynamoDB guide, "Supported data types and naming rules".
var indexName = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)

type tableAccess struct {
	stored
	name, arn            string
	indexes              []string
	reads, writes, scans bool
}

func newTable(t tableAccess, from Table, options []TableOption) Link {
	if absent(from) {
		t.mistakes = append(t.mistakes, errors.New("the table is nil: give an awsdynamodb.ITable"))
	} else {
		t.name, t.arn = *from.TableName(), *from.TableArn()
		t.under(from.EncryptionKey())
	}
	wrong := apply(options, func(o TableOption) { o.table(&t) }) // which may add to the mistakes
	t.mistakes = append(t.mistakes, wrong...)
	if !t.reads && (t.scans || len(t.indexes) > 0) {
		t.mistakes = append(t.mistakes, errors.New("Index and AndScan read: use them with link.TableRead or link.TableReadWrite"))
	}
	return t
}

// Open implements Link.
func (t tableAccess) Open(at Site) (Doors, error) {
	if err := t.check(true); err != nil {
		return Doors{}, fmt.Errorf("table %q of variable %s: %w", t.name, t.variable, err)
	}
	doors := Doors{
		Variables:  []Variable{{t.variable, t.name, contract.Table}},
		Statements: t.allowed(),
		Gateways:   []string{"dynamodb"},
		Relaxed:    t.relaxed("table", t.name, t.arn),
	}
	if t.key != nil {
		// DynamoDB decrypts the table's own key as whoever reads or writes,
		// and does the rest by its grants (DynamoDB guide, "Encryption at rest
		// usage notes", "Monitoring DynamoDB interaction with AWS KMS"). The
		// account, which the context names too, is that of the table's ARN.
		useKey(&doors, t.key, at, "dynamodb", Conditions{"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": {t.name}}}, "kms:Decrypt")
	}
	// DynamoDB answers HTTP as well.
	doors.Statements = append(doors.Statements, withoutTLS("dynamodb", t.arn, t.arn+"/index/*"))
	return doors, nil
}

func (t tableAccess) allowed() []Statement {
	on := Statement{Resources: []string{t.arn}}
	query := []string{"dynamodb:Query"}
	if t.scans {
		query = append(query, "dynamodb:Scan")
	}
	if t.reads {
		on.Actions = append([]string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem"}, query...)
	}
	if t.writes {
		on.Actions = append(on.Actions, "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem")
	}
	if !t.reads {
		// DynamoDB guide, "Using IAM with DynamoDB transactions", example 4.
		on.Conditions = Conditions{"StringEqualsIfExists": {"dynamodb:ReturnValues": {"NONE"}}}
	}
	statements := []Statement{on}
	if len(t.indexes) > 0 {
		indexes := Statement{Actions: query}
		for _, name := range t.indexes {
			indexes.Resources = append(indexes.Resources, t.arn+"/index/"+name)
		}
		statements = append(statements, indexes)
	}
	return statements
}
