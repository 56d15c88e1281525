package posture

import "github.com/securegofunction/cdk/constructs/posture/internal/template"

// usedKeys are the KMS keys of the templates that functions use themselves, and those that what they use is under, sorted by their paths.
func (p *Posture) usedKeys() []*template.Resource {
	var all []*template.Resource
	seen := map[*template.Resource]bool{}
	add := func(r *template.Resource) {
		if r != nil && (r.Type == "AWS::KMS::Key" || r.Type == "AWS::KMS::ReplicaKey") && !seen[r] {
			seen[r] = true
			all = append(all, r)
		}
	}
	under := func(r *template.Resource) {
		for _, id := range keysOf(r) {
			if k := p.model.key(id); k != nil {
				add(k.resource)
			}
		}
	}
	for _, f := range p.Functions {
		if k := f.Protection.EnvironmentKey; k != nil {
			add(k.resource)
		}
		if f.Protection.Logs.resource != nil {
			under(f.Protection.Logs.resource)
		}
		for _, r := range p.model.usedBy(f) {
			if r != nil {
				add(r)
				under(r)
			}
		}
	}
	sortByPath(all)
	return all
}

// keysOf are the keys that a resource names (CloudFormation reference).
func keysOf(r *template.Resource) []Text {
	switch r.Type {
	case "AWS::Logs::LogGroup", "AWS::SecretsManager::Secret":
		return textsAt(r, "KmsKeyId")
	case "AWS::SNS::Topic", "AWS::SQS::Queue":
		return textsAt(r, "KmsMasterKeyId")
	case "AWS::Kinesis::Stream":
		return textsAt(r, "StreamEncryption", "KeyId")
	case "AWS::DynamoDB::Table":
		return textsAt(r, "SSESpecification", "KMSMasterKeyId")
	case "AWS::S3::Bucket":
		var all []Text
		for _, by := range r.List("BucketEncryption", "ServerSideEncryptionConfiguration") {
			all = append(all, template.Texts(template.At(by, "ServerSideEncryptionByDefault", "KMSMasterKeyID"))...)
		}
		return all
	}
	return nil
}
