"""What functions keep data in."""
import json

from taught import Resource, api, call

__name__ = "moto.dynamodb.taught"


class Key(Resource):
    type = "AWS::KMS::Key"

    @classmethod
    def put(cls, id, p, account, region):
        kms = api("kms", region)
        made = call(kms, "CreateKey", p, Policy=json.dumps(p["KeyPolicy"]))["KeyMetadata"]
        if p.get("EnableKeyRotation"):
            kms.enable_key_rotation(KeyId=made["KeyId"])
        return cls(made["KeyId"], made)

    @classmethod
    def change(cls, made, p, account, region):
        api("kms", region).put_key_policy(KeyId=made.physical_resource_id, PolicyName="default", Policy=json.dumps(p["KeyPolicy"]))
        return made

    @classmethod
    def remove(cls, id, p, account, region):
        api("kms", region).schedule_key_deletion(KeyId=id)


class Secret(Resource):
    type = "AWS::SecretsManager::Secret"

    @classmethod
    def put(cls, id, p, account, region):
        secrets, how = api("secretsmanager", region), p.get("GenerateSecretString", {})
        text = call(secrets, "GetRandomPassword", how)["RandomPassword"]
        if "GenerateStringKey" in how:
            text = json.dumps({**json.loads(how["SecretStringTemplate"]), how["GenerateStringKey"]: text})
        return cls(call(secrets, "CreateSecret", p, Name=p.get("Name", id), SecretString=text)["ARN"])

    @classmethod
    def remove(cls, id, p, account, region):
        api("secretsmanager", region).delete_secret(SecretId=id, ForceDeleteWithoutRecovery=True)


class SecretTargetAttachment(Resource):
    type = "AWS::SecretsManager::SecretTargetAttachment"

    @classmethod
    def put(cls, id, p, account, region):
        secrets = api("secretsmanager", region)
        value = json.loads(secrets.get_secret_value(SecretId=p["SecretId"])["SecretString"])
        secrets.put_secret_value(SecretId=p["SecretId"], SecretString=json.dumps({**value, "target": p["TargetId"]}))
        return cls(p["SecretId"])


class GlobalTable(Resource):
    type = "AWS::DynamoDB::GlobalTable"

    @classmethod
    def put(cls, id, p, account, region):
        stream = {"StreamSpecification": {"StreamEnabled": True, **p["StreamSpecification"]}} if "StreamSpecification" in p else {}
        made = call(api("dynamodb", region), "CreateTable", {**p, **stream}, TableName=p.get("TableName", id))["TableDescription"]
        return cls(made["TableName"], {"Arn": made["TableArn"], "StreamArn": made.get("LatestStreamArn")})

    @classmethod
    def remove(cls, id, p, account, region):
        api("dynamodb", region).delete_table(TableName=id)


class DBSubnetGroup(Resource):
    type = "AWS::RDS::DBSubnetGroup"

    @classmethod
    def put(cls, id, p, account, region):
        return cls(call(api("rds", region), "CreateDBSubnetGroup", p, DBSubnetGroupName=id.lower())["DBSubnetGroup"]["DBSubnetGroupName"])

    @classmethod
    def remove(cls, id, p, account, region):
        api("rds", region).delete_db_subnet_group(DBSubnetGroupName=id)


class DBCluster(Resource):
    type = "AWS::RDS::DBCluster"

    @classmethod
    def put(cls, id, p, account, region):
        made = call(api("rds", region), "CreateDBCluster", p, DBClusterIdentifier=id.lower())["DBCluster"]
        return cls(made["DBClusterIdentifier"], {
            "DBClusterArn": made["DBClusterArn"], "DBClusterResourceId": made["DbClusterResourceId"],
            "Endpoint.Address": made["Endpoint"], "Endpoint.Port": made["Port"], "ReadEndpoint.Address": made["ReaderEndpoint"]})

    @classmethod
    def remove(cls, id, p, account, region):
        api("rds", region).delete_db_cluster(DBClusterIdentifier=id, SkipFinalSnapshot=True)


class DBInstance(Resource):
    type = "AWS::RDS::DBInstance"

    @classmethod
    def put(cls, id, p, account, region):
        made = call(api("rds", region), "CreateDBInstance", p, DBInstanceIdentifier=id.lower())["DBInstance"]
        endpoint = made.get("Endpoint", {})
        return cls(made["DBInstanceIdentifier"], {
            "DBInstanceArn": made["DBInstanceArn"], "DbiResourceId": made["DbiResourceId"],
            "Endpoint.Address": endpoint.get("Address"), "Endpoint.Port": endpoint.get("Port")})

    @classmethod
    def remove(cls, id, p, account, region):
        api("rds", region).delete_db_instance(DBInstanceIdentifier=id, SkipFinalSnapshot=True)


class DBProxy(Resource):
    type = "AWS::RDS::DBProxy"

    @classmethod
    def put(cls, id, p, account, region):
        made = call(api("rds", region), "CreateDBProxy", p)["DBProxy"]
        return cls(made["DBProxyName"], made)

    @classmethod
    def remove(cls, id, p, account, region):
        api("rds", region).delete_db_proxy(DBProxyName=id)


class DBProxyTargetGroup(Resource):
    type = "AWS::RDS::DBProxyTargetGroup"

    @classmethod
    def put(cls, id, p, account, region):
        rds = api("rds", region)
        call(rds, "RegisterDBProxyTargets", p)
        made = rds.describe_db_proxy_target_groups(DBProxyName=p["DBProxyName"])["TargetGroups"][0]
        return cls(made["TargetGroupArn"], made)


class CacheSubnetGroup(Resource):
    type = "AWS::ElastiCache::SubnetGroup"

    @classmethod
    def put(cls, id, p, account, region):
        made = call(api("elasticache", region), "CreateCacheSubnetGroup", p, CacheSubnetGroupName=id.lower(), CacheSubnetGroupDescription=p["Description"])
        return cls(made["CacheSubnetGroup"]["CacheSubnetGroupName"])

    @classmethod
    def remove(cls, id, p, account, region):
        """Nothing: moto has no API for it."""


class CacheUser(Resource):
    type = "AWS::ElastiCache::User"

    @classmethod
    def put(cls, id, p, account, region):
        return cls(call(api("elasticache", region), "CreateUser", p)["UserId"])

    @classmethod
    def remove(cls, id, p, account, region):
        api("elasticache", region).delete_user(UserId=id)


class ReplicationGroup(Resource):
    type = "AWS::ElastiCache::ReplicationGroup"

    @classmethod
    def put(cls, id, p, account, region):
        made = call(api("elasticache", region), "CreateReplicationGroup", p, ReplicationGroupId=id.lower()[-40:].strip("-"))["ReplicationGroup"]
        primary = made["NodeGroups"][0]["PrimaryEndpoint"]
        return cls(made["ReplicationGroupId"], {"PrimaryEndPoint.Address": primary["Address"], "PrimaryEndPoint.Port": primary["Port"]})

    @classmethod
    def remove(cls, id, p, account, region):
        api("elasticache", region).delete_replication_group(ReplicationGroupId=id)


class FileSystem(Resource):
    type = "AWS::EFS::FileSystem"

    @classmethod
    def put(cls, id, p, account, region):
        efs = api("efs", region)
        made = call(efs, "CreateFileSystem", p, CreationToken=id)
        if "FileSystemPolicy" in p:
            efs.put_file_system_policy(FileSystemId=made["FileSystemId"], Policy=json.dumps(p["FileSystemPolicy"]))
        return cls(made["FileSystemId"], {"Arn": made["FileSystemArn"], "FileSystemId": made["FileSystemId"]})

    @classmethod
    def remove(cls, id, p, account, region):
        api("efs", region).delete_file_system(FileSystemId=id)


class AccessPoint(Resource):
    type = "AWS::EFS::AccessPoint"

    @classmethod
    def put(cls, id, p, account, region):
        made = call(api("efs", region), "CreateAccessPoint", p, ClientToken=id[-64:])
        return cls(made["AccessPointId"], {"Arn": made["AccessPointArn"], "AccessPointId": made["AccessPointId"]})

    @classmethod
    def remove(cls, id, p, account, region):
        api("efs", region).delete_access_point(AccessPointId=id)
