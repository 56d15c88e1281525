"""What the local AWS of the end-to-end test lacks for a SecureGoFunction.

The rig's own moto_ext.py, renamed to rig.py beside this file, fails a deployment
that holds a resource type which it does not know, as AWS does. This file takes
its place: it teaches moto AWS::Lambda::EventInvokeConfig through moto's own API,
lets CloudFormation delete managed policies, and then starts the rig.
"""
import os
import runpy
import sys

import boto3
from moto.core.common_models import CloudFormationModel
from moto.iam.models import ManagedPolicy

port = sys.argv[sys.argv.index("-p") + 1]
__name__ = "moto.awslambda.ext"  # moto reads the service from the module's name


class EventInvokeConfig(CloudFormationModel):
    def __init__(self, function, qualifier, region):
        self.function, self.qualifier, self.region = function, qualifier, region
        self.physical_resource_id = f"{function}|{qualifier}"

    def api(self):
        return boto3.client("lambda", region_name=self.region, endpoint_url=f"http://127.0.0.1:{port}",
                            aws_access_key_id="test", aws_secret_access_key="test")

    @staticmethod
    def cloudformation_name_type():
        return ""

    @staticmethod
    def cloudformation_type():
        return "AWS::Lambda::EventInvokeConfig"

    @classmethod
    def has_cfn_attr(cls, attr):
        return False

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        made = cls(p["FunctionName"], p["Qualifier"], region_name)
        made.api().put_function_event_invoke_config(
            FunctionName=made.function,
            MaximumEventAgeInSeconds=int(p["MaximumEventAgeInSeconds"]),
            MaximumRetryAttempts=int(p["MaximumRetryAttempts"]))
        return made

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        pass  # it goes with its function


def delete_policy(policy, account_id, region):
    for role in policy.backend.roles.values():
        if policy.arn in role.managed_policies:
            policy.detach_from(role)
    policy.backend.delete_policy(policy.arn)


ManagedPolicy.delete = delete_policy
runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "rig.py"), run_name="__main__")
