"""moto's server, for as long as whoever started it holds stdin open: it ends even where that process is killed and can end nothing.

It fills a gap of moto 5.2.1, whose CloudFormation does not delete the resources below, and then not the role or VPC that they belong to.
"""
import os
import sys
import threading

from moto.ec2.models.route_tables import RouteTable
from moto.iam.models import ManagedPolicy
from moto.server import main


def delete_policy(policy, account_id, region):
    for role in policy.backend.roles.values():
        if policy.arn in role.managed_policies:
            policy.detach_from(role)
    policy.backend.delete_policy(policy.arn)


def delete_route_table(table, account_id, region):
    for association in table.all_associations_ids:
        table.ec2_backend.disassociate_route_table(association)
    table.ec2_backend.delete_route_table(table.id)


def watch():
    sys.stdin.buffer.read()
    os._exit(0)


ManagedPolicy.delete = delete_policy
RouteTable.delete = delete_route_table
threading.Thread(target=watch, daemon=True).start()
main()
