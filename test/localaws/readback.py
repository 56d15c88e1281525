#!/usr/bin/env python3
"""Prints what the AWS APIs say of all that the links opened, as JSON. It takes
the place of the rig's readback.sh, which reads one stack after the other, and
not what links make."""
import functools
import json
import os

import boto3


@functools.cache
def api(service):
    return boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def listed(service, operation, key, **of):
    return [item for page in api(service).get_paginator(operation).paginate(**of) for item in page[key]]


def policies(role):
    documents = []
    for p in listed("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=role):
        version = api("iam").get_policy(PolicyArn=p["PolicyArn"])["Policy"]["DefaultVersionId"]
        documents.append(api("iam").get_policy_version(PolicyArn=p["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"])
    return documents


def function(f):
    name, made = f["FunctionName"], api("lambda")
    try:
        permissions = json.loads(made.get_policy(FunctionName=name)["Policy"])["Statement"]
    except made.exceptions.ResourceNotFoundException:
        permissions = []
    return {"Name": name, "Groups": f.get("VpcConfig", {}).get("SecurityGroupIds", []), "Variables": f.get("Environment", {}).get("Variables", {}),
            "Permissions": permissions, "Policies": policies(f["Role"].split("/")[-1])}


groups = [g for g in listed("ec2", "describe_security_groups", "SecurityGroups") if g["GroupName"] != "default"]
functions = listed("lambda", "list_functions", "Functions")
urls = []
for f in functions:
    try:
        urls.append(api("lambda").get_function_url_config(FunctionName=f["FunctionName"]))
    except api("lambda").exceptions.ResourceNotFoundException:
        pass
print(json.dumps({
    "Functions": [function(f) for f in functions],
    "Groups": [{"ID": g["GroupId"], "In": g["IpPermissions"], "Out": g["IpPermissionsEgress"]} for g in groups],
    "Endpoints": [{"Service": e["ServiceName"], "Policy": json.loads(e.get("PolicyDocument") or "{}")}
                  for e in api("ec2").describe_vpc_endpoints()["VpcEndpoints"]],
    "Mappings": listed("lambda", "list_event_source_mappings", "EventSourceMappings"),
    "URLs": urls,
    "Schedules": [api("scheduler").get_schedule(Name=s["Name"]) for s in listed("scheduler", "list_schedules", "Schedules")],
    "Subscriptions": [api("sns").get_subscription_attributes(SubscriptionArn=s["SubscriptionArn"])["Attributes"]
                      for s in listed("sns", "list_subscriptions", "Subscriptions")],
    "Routes": [r for a in api("apigatewayv2").get_apis()["Items"] for r in api("apigatewayv2").get_routes(ApiId=a["ApiId"])["Items"]],
    "Proxies": [p["DBProxyName"] for p in listed("rds", "describe_db_proxies", "DBProxies")],
}, default=str))
