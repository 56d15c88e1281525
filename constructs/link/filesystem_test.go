package link

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsefs"
	"github.com/aws/constructs-go/constructs/v10"
)

const accessPointARN = "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0"

type fakeAccessPoint struct {
	awsefs.IAccessPoint
	files awsefs.IFileSystem // nil if it was imported without
}

func (*fakeAccessPoint) AccessPointArn() *string { return ptr(accessPointARN) }

func (p *fakeAccessPoint) FileSystem() awsefs.IFileSystem {
	if p.files == nil {
		panic(errors.New("fileSystem is only available if it was passed in"))
	}
	return p.files
}

type fakeFileSystem struct {
	awsefs.IFileSystem
	arn    string
	peer   *fakePeer
	mounts constructs.IDependable
}

func (f *fakeFileSystem) FileSystemArn() *string { return &f.arn }

func (f *fakeFileSystem) Connections() awsec2.Connections { return f.peer.Connections() }

func (f *fakeFileSystem) MountTargetsAvailable() constructs.IDependable { return f.mounts }

const fileSystemARN = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0123456789abcdef0"

func init() {
	from := &fakeAccessPoint{files: &fakeFileSystem{arn: fileSystemARN, peer: peerIn("sg-0123456789abcdef0")}}
	document(documented{function: "FileSystem", call: `FileSystem("MODELS", accessPoint, "/mnt/models", ReadOnly())`, link: FileSystem("MODELS", from, "/mnt/models", ReadOnly())})
}

func TestFileSystemOpensItsDoors(t *testing.T) {
	t.Parallel()
	targets := &fakeNode{}
	from := func(arn string, groups ...string) *fakeAccessPoint {
		return &fakeAccessPoint{files: &fakeFileSystem{arn: arn, peer: peerIn(groups...), mounts: targets}}
	}
	const under = `, "Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": "` + accessPointARN + `"}}}]`
	doors := Doors{
		Variables: []Variable{{"MODELS", "/mnt/models", "file"}},
		Egress:    []Egress{{Group: "sg-1", Port: 2049, Description: "NFS at /mnt/models"}, {Group: "sg-2", Port: 2049, Description: "NFS at /mnt/models"}},
		Mount:     &Mount{AccessPointARN: accessPointARN, Path: "/mnt/models", After: []constructs.IDependable{targets}},
	}
	for _, c := range []struct {
		situation, arn, actions string
		options                 []FileSystemOption
	}{
		{"to read and write", fileSystemARN, `["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]`, nil},
		{"to read", fileSystemARN, `"elasticfilesystem:ClientMount"`, []FileSystemOption{ReadOnly()}},
		{"a file system that the app makes", token, `["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]`, nil},
	} {
		opensDoors(t, c.situation, FileSystem("MODELS", from(c.arn, "sg-1", "sg-2"), "/mnt/models", c.options...), ireland,
			`[{"Effect": "Allow", "Action": `+c.actions+`, "Resource": "`+c.arn+`"`+under, doors)
	}
}

func TestFileSystemPaths(t *testing.T) {
	t.Parallel()
	from := &fakeAccessPoint{files: &fakeFileSystem{arn: fileSystemARN, peer: peerIn("sg-1")}}
	const malformed = "the path is malformed: give one folder below /mnt/, of letters, digits and _.-, such as /mnt/orders"
	for _, c := range []struct{ situation, path, want string }{
		{"every character that there is", "/mnt/AZaz09-_.", ""},
		{"dots within", "/mnt/a..b", ""},
		{"160 characters", "/mnt/" + strings.Repeat("x", 155), ""},
		{"161 characters", "/mnt/" + strings.Repeat("x", 156), "the path has 161 characters: Lambda takes 160"},
		{"none", "", malformed},
		{"/mnt alone", "/mnt", malformed},
		{"/mnt/ alone", "/mnt/", malformed},
		{"two folders", "/mnt/a/b", malformed},
		{"elsewhere", "/tmp/a", malformed},
		{"no slash in front", "mnt/a", malformed},
		{"the folder itself", "/mnt/.", malformed},
		{"the folder above", "/mnt/..", malformed},
		{"a space", "/mnt/a b", malformed},
		{"a line break at the end", "/mnt/a\n", malformed},
		{"a token", "/mnt/" + token, "the path is a token: it has to be known at synth"},
	} {
		l := FileSystem("MODELS", from, c.path)
		if c.want != "" {
			isRefused(t, c.situation, l, "file system at "+strconv.Quote(c.path)+" of variable MODELS: "+c.want)
		} else if _, err := l.Open(ireland); err != nil {
			t.Errorf("%s: %v", c.situation, err)
		}
	}
}

func TestFileSystemRefuses(t *testing.T) {
	t.Parallel()
	const at = `file system at "/mnt/a" of variable MODELS: `
	var none *fakeAccessPoint
	from := &fakeAccessPoint{files: &fakeFileSystem{arn: fileSystemARN, peer: peerIn("sg-1")}}
	for _, c := range []struct {
		situation string
		link      Link
		want      string
	}{
		{"nil", FileSystem("MODELS", nil, "/mnt/a"), at + "the access point is nil: give an awsefs.IAccessPoint"},
		{"a nil pointer", FileSystem("MODELS", none, "/mnt/a"), at + "the access point is nil: give an awsefs.IAccessPoint"},
		{"an access point that was imported without its file system", FileSystem("MODELS", &fakeAccessPoint{}, "/mnt/a"), at + "CDK cannot read the access point: fileSystem is only available if it was passed in"},
		{"a file system without groups", FileSystem("MODELS", &fakeAccessPoint{files: &fakeFileSystem{arn: fileSystemARN, peer: peerIn()}}, "/mnt/a"),
			at + "the file system has no security group that CDK knows: import it with its groups"},
		{"a nil option", FileSystem("MODELS", from, "/mnt/a", ReadOnly(), nil), at + "option 1 is nil: leave it out"},
		{"several, told together", FileSystem("MODELS", nil, "/", nil), `file system at "/" of variable MODELS: the access point is nil: give an awsefs.IAccessPoint` + "\noption 0 is nil: leave it out\n" +
			"the path is malformed: give one folder below /mnt/, of letters, digits and _.-, such as /mnt/orders"},
	} {
		isRefused(t, c.situation, c.link, c.want)
	}
}
