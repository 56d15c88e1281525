package link

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsefs"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// FileSystem mounts an EFS access point at a path such as "/mnt/orders", to
// read and write; with ReadOnly, to read. The variable holds the path. A
// function mounts one access point at most.
//
// The access point fixes the folder and the POSIX user. An IAM statement lets
// the function mount by this access point alone and never as root, and Lambda
// mounts by TLS (Lambda FAQs). But EFS lets in everyone who reaches a mount
// target as long as the file system has no policy of its own (EFS guide, "Using
// IAM to control access to file systems"): make it with AllowAnonymousAccess
// off.
//
// The function is made after the mount targets, of which the file system needs
// one in each of the network's zones. Import an access point with
// awsefs.AccessPoint_FromAccessPointAttributes and its FileSystem.
func FileSystem(variable string, accessPoint awsefs.IAccessPoint, path string, options ...FileSystemOption) Link {
	m := mounted{variable: variable, path: path, actions: []string{"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"}}
	if absent(accessPoint) {
		m.mistakes = append(m.mistakes, errors.New("the access point is nil: give an awsefs.IAccessPoint"))
	} else {
		m.read(accessPoint)
	}
	wrong := apply(options, func(o FileSystemOption) { o.fileSystem(&m) }) // which may add to the mistakes
	m.mistakes = append(m.mistakes, wrong...)
	return m
}

// FileSystemOption says more of a link of a file system.
type FileSystemOption interface{ fileSystem(*mounted) }

type fileSystemOption func(*mounted)

func (set fileSystemOption) fileSystem(m *mounted) { set(m) }

// ReadOnly lets the function read the files, and not write them.
func ReadOnly() FileSystemOption {
	return fileSystemOption(func(m *mounted) { m.actions = m.actions[:1] })
}

type mounted struct {
	variable, path      string
	accessPointARN, arn string
	groups, actions     []string
	targets             constructs.IDependable
	mistakes            []error
}

func (m *mounted) read(accessPoint awsefs.IAccessPoint) {
	var files awsefs.IFileSystem
	err := read("the access point", func() {
		m.accessPointARN = *accessPoint.AccessPointArn()
		files = accessPoint.FileSystem()
		m.arn, m.targets = *files.FileSystemArn(), files.MountTargetsAvailable()
	})
	if err == nil {
		m.groups, err = groupsOf(files, "the file system")
	}
	if err != nil {
		m.mistakes = append(m.mistakes, err)
	}
}

// Open implements Link.
func (m mounted) Open(Site) (Doors, error) {
	if err := errors.Join(append(m.mistakes, checkMountPath(m.path))...); err != nil {
		return Doors{}, fmt.Errorf("file system at %q of variable %s: %w", m.path, m.variable, err)
	}
	return Doors{
		Variables: []Variable{{m.variable, m.path, contract.File}},
		Statements: []Statement{{
			Actions:    m.actions,
			Resources:  []string{m.arn},
			Conditions: Conditions{"StringEquals": {"elasticfilesystem:AccessPointArn": {m.accessPointARN}}},
		}},
		Egress: toGroups(m.groups, 2049, "NFS at "+m.path),
		Mount:  &Mount{AccessPointARN: m.accessPointARN, Path: m.path, After: []constructs.IDependable{m.targets}},
	}, nil
}

// mountPath: Lambda API reference, FileSystemConfig, "LocalMountPath".
var mountPath = regexp.MustCompile(`^/mnt/[a-zA-Z0-9_.-]+$`)

func checkMountPath(path string) error {
	switch {
	case pseudo.IsToken(path):
		return errors.New("the path is a token: it has to be known at synth")
	case !mountPath.MatchString(path), path == "/mnt/.", path == "/mnt/..":
		return errors.New("the path is malformed: give one folder below /mnt/, of letters, digits and _.-, such as /mnt/orders")
	case len(path) > 160:
		return fmt.Errorf("the path has %d characters: Lambda takes 160", len(path))
	}
	return nil
}
