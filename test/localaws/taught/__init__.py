"""Resource types that moto's CloudFormation does not know, or does not change
and delete, each made by the API of its service, so that what is read back is
what the service keeps, and so that botocore and moto check what is asked."""
import functools
import json
import sys

import boto3
import moto.cloudformation.parsing as parsing
from botocore import xform_name
from botocore.exceptions import ClientError
from moto.core.common_models import CloudFormationModel

port = sys.argv[sys.argv.index("-p") + 1]
__name__ = "moto.cloudformation.taught"  # moto reads the service from the module's name


@functools.cache  # to make a client takes a tenth of a second
def api(service, region):
    return boto3.client(service, region_name=region, endpoint_url=f"http://127.0.0.1:{port}",
                        aws_access_key_id="test", aws_secret_access_key="test")


def call(client, operation, p, **more):
    """Calls an operation with those of the properties that it has by the same
    name, and more."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    known = {k: cast(v, shape.members[k]) for k, v in p.items() if k in shape.members}
    return getattr(client, xform_name(operation))(**{**known, **more})


def cast(value, shape):
    """CloudFormation takes numbers and booleans as text."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {k: cast(v, shape.members[k]) for k, v in value.items() if k in shape.members}
    if shape.type_name == "list":
        return [cast(v, shape.member) for v in value]
    if shape.type_name in ("integer", "long"):
        return int(value)
    if shape.type_name == "boolean" and isinstance(value, str):
        return value == "true"
    if shape.type_name == "string" and isinstance(value, (dict, list)):
        return json.dumps(value)
    return value


class Resource(CloudFormationModel):
    """A resource that is made and changed by the same call, unless a subclass
    has a change of its own."""
    type = ""

    def __init__(self, id, attributes=None):
        self.physical_resource_id, self.attributes = id, attributes or {}

    @staticmethod
    def cloudformation_name_type():
        return ""

    @classmethod
    def cloudformation_type(cls):
        return cls.type

    @classmethod
    def has_cfn_attr(cls, attr):
        return True

    def get_cfn_attribute(self, attribute):
        return self.attributes[attribute]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        made = cls.put(resource_name, cloudformation_json["Properties"], account_id, region_name)
        made.properties = cloudformation_json["Properties"]
        return made

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        made = cls.change(original_resource, cloudformation_json["Properties"], account_id, region_name)
        made.properties = cloudformation_json["Properties"]
        return made

    def delete(self, account, region):
        try:
            self.remove(self.physical_resource_id, self.properties, account, region)
        except ClientError as e:
            # moto deletes in no order: what it belongs to may have gone before.
            if "NotFound" not in e.response["Error"]["Code"]:
                raise

    @classmethod
    def change(cls, made, p, account, region):
        return cls.put(made.physical_resource_id, p, account, region)

    @classmethod
    def remove(cls, id, p, account, region):
        """Nothing: it goes with what it belongs to."""


# moto looks at the direct subclasses only. The last one of a type counts.
parsing.get_model_list = lambda: CloudFormationModel.__subclasses__() + Resource.__subclasses__()

create = parsing.parse_and_create_resource


def create_in_order(logical_id, resource_json, resources_map, account_id, region_name):
    """moto makes what a resource refers to before it, and not what it waits for."""
    waits = resource_json.get("DependsOn", [])
    for other in [waits] if isinstance(waits, str) else waits:
        resources_map[other]
    return create(logical_id, resource_json, resources_map, account_id, region_name)


parsing.parse_and_create_resource = create_in_order

clean = parsing.clean_json


def clean_with_outputs(resource_json, resources_map):
    """moto knows exports, and not the outputs that CDK refers to weakly."""
    if not (isinstance(resource_json, dict) and "Fn::GetStackOutput" in resource_json):
        return clean(resource_json, resources_map)
    of = clean(resource_json["Fn::GetStackOutput"], resources_map)
    stack = api("cloudformation", of["Region"]).describe_stacks(StackName=of["StackName"])["Stacks"][0]
    return next(o["OutputValue"] for o in stack["Outputs"] if o["OutputKey"] == of["OutputName"])


parsing.clean_json = clean_with_outputs
