"""Networks, and the policies of roles. Where moto makes a resource, and only
changes or deletes it otherwise than CloudFormation does, its own class stays."""
import json

from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.models.vpcs import VPCEndPoint
from moto.iam.models import ManagedPolicy
from taught import Resource, api

__name__ = "moto.ec2.taught"


class MetricFilter(Resource):
    type = "AWS::Logs::MetricFilter"

    @classmethod
    def put(cls, id, p, account, region):
        keys = {"MetricNamespace": "metricNamespace", "MetricName": "metricName", "MetricValue": "metricValue"}
        api("logs", region).put_metric_filter(
            logGroupName=p["LogGroupName"], filterName=id, filterPattern=p["FilterPattern"],
            metricTransformations=[{keys[k]: v for k, v in t.items()} for t in p["MetricTransformations"]])
        return cls(id)


class QueryLogging(Resource):
    type = "AWS::Route53Resolver::ResolverQueryLoggingConfig"

    @classmethod
    def put(cls, id, p, account, region):
        made = api("route53resolver", region).create_resolver_query_log_config(
            Name=p["Name"], DestinationArn=p["DestinationArn"], CreatorRequestId=id)["ResolverQueryLogConfig"]
        return cls(made["Id"], {"Id": made["Id"]})

    @classmethod
    def remove(cls, id, p, account, region):
        """Nothing: moto has no API for it."""


class QueryLoggingAssociation(Resource):
    type = "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation"

    @classmethod
    def put(cls, id, p, account, region):
        made = api("route53resolver", region).associate_resolver_query_log_config(
            ResolverQueryLogConfigId=p["ResolverQueryLogConfigId"], ResourceId=p["ResourceId"])
        return cls(made["ResolverQueryLogConfigAssociation"]["Id"])

    @classmethod
    def remove(cls, id, p, account, region):
        """Nothing: moto has no API for it."""


def permission(rule, peer):
    """A rule of CloudFormation's, as the API takes it."""
    described = {"Description": rule["Description"]} if rule.get("Description") else {}
    made = {"IpProtocol": str(rule["IpProtocol"])}
    for port in ("FromPort", "ToPort"):
        if port in rule:
            made[port] = int(rule[port])
    for name, ranges, key in (("CidrIp", "IpRanges", "CidrIp"), (peer + "PrefixListId", "PrefixListIds", "PrefixListId"),
                              (peer + "SecurityGroupId", "UserIdGroupPairs", "GroupId")):
        if name in rule:
            made[ranges] = [{key: rule[name], **described}]
    return made


class SecurityGroupIngress(Resource):
    type = "AWS::EC2::SecurityGroupIngress"

    @classmethod
    def put(cls, id, p, account, region):
        made = api("ec2", region).authorize_security_group_ingress(GroupId=p["GroupId"], IpPermissions=[permission(p, "Source")])
        return cls(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    @classmethod
    def remove(cls, id, p, account, region):
        api("ec2", region).revoke_security_group_ingress(GroupId=p["GroupId"], SecurityGroupRuleIds=[id])


def change_group(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """moto would make another group."""
    ec2, group = api("ec2", region_name), original_resource.physical_resource_id
    there = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"]
    if there:
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=there)
    rules = cloudformation_json["Properties"]["SecurityGroupEgress"]
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[permission(r, "Destination") for r in rules])
    return original_resource


make_endpoint = VPCEndPoint.create_from_cloudformation_json.__func__


def new_endpoint(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    """moto would keep the policy as a dict, which its API cannot answer with."""
    p = cloudformation_json["Properties"]
    policy = {"PolicyDocument": json.dumps(p["PolicyDocument"])} if "PolicyDocument" in p else {}
    return make_endpoint(cls, resource_name, {**cloudformation_json, "Properties": {**p, **policy}}, account_id, region_name, **kwargs)


def change_endpoint(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    api("ec2", region_name).modify_vpc_endpoint(VpcEndpointId=original_resource.physical_resource_id,
                                                PolicyDocument=json.dumps(cloudformation_json["Properties"]["PolicyDocument"]))
    return original_resource


def change_policy(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    iam, arn = api("iam", region_name), original_resource.physical_resource_id
    before = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(cloudformation_json["Properties"]["PolicyDocument"]), SetAsDefault=True)
    iam.delete_policy_version(PolicyArn=arn, VersionId=before)
    return original_resource


def delete_policy(policy, account_id, region):
    for role in policy.backend.roles.values():
        if policy.arn in role.managed_policies:
            policy.detach_from(role)
    policy.backend.delete_policy(policy.arn)


SecurityGroup.update_from_cloudformation_json = classmethod(change_group)
VPCEndPoint.create_from_cloudformation_json = classmethod(new_endpoint)
VPCEndPoint.update_from_cloudformation_json = classmethod(change_endpoint)
ManagedPolicy.update_from_cloudformation_json = classmethod(change_policy)
ManagedPolicy.delete = delete_policy
