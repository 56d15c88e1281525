"""Lambda, and what invokes functions."""
import json

from moto.apigateway.models import Deployment
from taught import Resource, api, call

__name__ = "moto.awslambda.taught"


class EventInvokeConfig(Resource):
    type = "AWS::Lambda::EventInvokeConfig"

    @classmethod
    def put(cls, id, p, account, region):
        api("lambda", region).put_function_event_invoke_config(
            FunctionName=p["FunctionName"],
            MaximumEventAgeInSeconds=int(p["MaximumEventAgeInSeconds"]),
            MaximumRetryAttempts=int(p["MaximumRetryAttempts"]))
        return cls(f"{p['FunctionName']}|{p['Qualifier']}")


class Permission(Resource):
    type = "AWS::Lambda::Permission"

    @classmethod
    def put(cls, id, p, account, region):
        call(api("lambda", region), "AddPermission", p, StatementId=id)
        return cls(id)

    @classmethod
    def remove(cls, id, p, account, region):
        api("lambda", region).remove_permission(FunctionName=p["FunctionName"], StatementId=id)


class Url(Resource):
    type = "AWS::Lambda::Url"

    @classmethod
    def put(cls, id, p, account, region):
        made = call(api("lambda", region), "CreateFunctionUrlConfig", p, FunctionName=p["TargetFunctionArn"])
        return cls(made["FunctionArn"], made)

    @classmethod
    def change(cls, made, p, account, region):
        changed = call(api("lambda", region), "UpdateFunctionUrlConfig", p, FunctionName=p["TargetFunctionArn"])
        return cls(made.physical_resource_id, changed)

    @classmethod
    def remove(cls, id, p, account, region):
        api("lambda", region).delete_function_url_config(FunctionName=p["TargetFunctionArn"])


class EventSourceMapping(Resource):
    type = "AWS::Lambda::EventSourceMapping"

    @classmethod
    def put(cls, id, p, account, region):
        return cls(call(api("lambda", region), "CreateEventSourceMapping", p)["UUID"])

    @classmethod
    def change(cls, made, p, account, region):
        return cls(call(api("lambda", region), "UpdateEventSourceMapping", p, UUID=made.physical_resource_id)["UUID"])

    @classmethod
    def remove(cls, id, p, account, region):
        api("lambda", region).delete_event_source_mapping(UUID=id)


class Schedule(Resource):
    type = "AWS::Scheduler::Schedule"

    @classmethod
    def put(cls, id, p, account, region):
        return cls(id, {"Arn": call(api("scheduler", region), "CreateSchedule", p, Name=id)["ScheduleArn"]})

    @classmethod
    def change(cls, made, p, account, region):
        call(api("scheduler", region), "UpdateSchedule", p, Name=made.physical_resource_id)
        return made

    @classmethod
    def remove(cls, id, p, account, region):
        api("scheduler", region).delete_schedule(Name=id)


class EventBus(Resource):
    type = "AWS::Events::EventBus"

    @classmethod
    def put(cls, id, p, account, region):
        made = call(api("events", region), "CreateEventBus", p)
        return cls(p["Name"], {"Arn": made["EventBusArn"], "Name": p["Name"]})

    @classmethod
    def remove(cls, id, p, account, region):
        api("events", region).delete_event_bus(Name=id)


class Rule(Resource):
    type = "AWS::Events::Rule"

    @classmethod
    def put(cls, id, p, account, region):
        name, events = id.split("|")[-1][-64:], api("events", region)
        bus = {"EventBusName": p["EventBusName"]} if "EventBusName" in p else {}
        made = call(events, "PutRule", p, Name=name)
        events.put_targets(Rule=name, Targets=p["Targets"], **bus)
        return cls("|".join([*bus.values(), name]), {"Arn": made["RuleArn"]})

    @classmethod
    def remove(cls, id, p, account, region):
        name, events = id.split("|")[-1], api("events", region)
        bus = {"EventBusName": p["EventBusName"]} if "EventBusName" in p else {}
        events.remove_targets(Rule=name, Ids=[t["Id"] for t in p["Targets"]], **bus)
        events.delete_rule(Name=name, **bus)


class Subscription(Resource):
    type = "AWS::SNS::Subscription"

    @staticmethod
    def attributes_of(p):
        names = ("FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "RawMessageDelivery")
        return {n: p[n] if isinstance(p[n], str) else json.dumps(p[n]) for n in names if n in p}

    @classmethod
    def put(cls, id, p, account, region):
        return cls(api("sns", region).subscribe(TopicArn=p["TopicArn"], Protocol=p["Protocol"], Endpoint=p["Endpoint"],
                                                Attributes=cls.attributes_of(p), ReturnSubscriptionArn=True)["SubscriptionArn"])

    @classmethod
    def change(cls, made, p, account, region):
        for name, value in cls.attributes_of(p).items():
            api("sns", region).set_subscription_attributes(SubscriptionArn=made.physical_resource_id, AttributeName=name, AttributeValue=value)
        return made

    @classmethod
    def remove(cls, id, p, account, region):
        api("sns", region).unsubscribe(SubscriptionArn=id)


class RestMethod(Resource):
    type = "AWS::ApiGateway::Method"

    @classmethod
    def put(cls, id, p, account, region):
        apis, of = api("apigateway", region), {"restApiId": p["RestApiId"], "resourceId": p["ResourceId"], "httpMethod": p["HttpMethod"]}
        apis.put_method(authorizationType=p["AuthorizationType"], **of)
        i = p["Integration"]
        apis.put_integration(type=i["Type"], integrationHttpMethod=i["IntegrationHttpMethod"], uri=i["Uri"], **of)
        return cls(id)


class RestStage(Resource):
    type = "AWS::ApiGateway::Stage"

    @classmethod
    def put(cls, id, p, account, region):
        api("apigateway", region).create_stage(restApiId=p["RestApiId"], stageName=p["StageName"], deploymentId=p["DeploymentId"])
        return cls(p["StageName"])

    @classmethod
    def remove(cls, id, p, account, region):
        api("apigateway", region).delete_stage(restApiId=p["RestApiId"], stageName=id)


class HttpApi(Resource):
    type = "AWS::ApiGatewayV2::Api"

    @classmethod
    def put(cls, id, p, account, region):
        made = call(api("apigatewayv2", region), "CreateApi", p)
        return cls(made["ApiId"], made)

    @classmethod
    def remove(cls, id, p, account, region):
        api("apigatewayv2", region).delete_api(ApiId=id)


class HttpStage(Resource):
    type = "AWS::ApiGatewayV2::Stage"

    @classmethod
    def put(cls, id, p, account, region):
        return cls(call(api("apigatewayv2", region), "CreateStage", p)["StageName"])

    @classmethod
    def remove(cls, id, p, account, region):
        api("apigatewayv2", region).delete_stage(ApiId=p["ApiId"], StageName=id)


class HttpIntegration(Resource):
    type = "AWS::ApiGatewayV2::Integration"

    @classmethod
    def put(cls, id, p, account, region):
        return cls(call(api("apigatewayv2", region), "CreateIntegration", p)["IntegrationId"])

    @classmethod
    def remove(cls, id, p, account, region):
        api("apigatewayv2", region).delete_integration(ApiId=p["ApiId"], IntegrationId=id)


class HttpRoute(Resource):
    type = "AWS::ApiGatewayV2::Route"

    @classmethod
    def put(cls, id, p, account, region):
        return cls(call(api("apigatewayv2", region), "CreateRoute", p)["RouteId"])

    @classmethod
    def remove(cls, id, p, account, region):
        api("apigatewayv2", region).delete_route(ApiId=p["ApiId"], RouteId=id)


# Without it, a reference is the object.
Deployment.physical_resource_id = property(lambda self: self.id)
