"""Every resource of the template is there, with the values CloudFormation would have put in."""

import json
from pathlib import Path

import pytest

from infra.local.laptop import Laptop, LaptopRunningError
from infra.local.project import pravesh, server_keys
from infra.local.provisioning import Provisioning
from infra.local.template import Template, TemplateError, filled_definition, read_document
from tests.engines import on_both_engines
from tests.local import toy


@on_both_engines
def test_tables_have_their_key(laptop: Laptop) -> None:
    table = toy.client("dynamodb").describe_table(TableName=laptop.environment["PARCELS_TABLE"])["Table"]
    assert table["KeySchema"] == [{"AttributeName": "parcel_id", "KeyType": "HASH"}]
    ttl = toy.client("dynamodb").describe_time_to_live(TableName=table["TableName"])["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}


def test_the_environment_is_that_of_the_template(laptop: Laptop) -> None:
    assert laptop.environment["SENDER"] == "Toy <toy@example.in>"
    secret = toy.client("secretsmanager").get_secret_value(SecretId=laptop.environment["KEYS_SECRET"])
    assert secret["SecretString"] == "secret"
    toy.client("s3").put_object(Bucket=laptop.environment["DOCUMENTS_BUCKET"], Key="a.csv", Body=b"iec\n")
    (topic,) = toy.client("sns").list_topics()["Topics"]
    assert topic["TopicArn"].endswith("AlarmTopic")
    (queue,) = toy.client("sqs").list_queues()["QueueUrls"]
    assert queue.endswith("ParkedQueue")


@on_both_engines
def test_starting_afresh_takes_the_tables_back(laptop: Laptop) -> None:
    dynamodb, table = toy.client("dynamodb"), laptop.environment["PARCELS_TABLE"]
    dynamodb.put_item(TableName=table, Item={"parcel_id": {"S": "p1"}})
    laptop.start_afresh()
    assert dynamodb.scan(TableName=table)["Items"] == []
    assert len(laptop.calls) == 1


def test_a_process_runs_one_laptop_at_a_time(laptop: Laptop) -> None:
    with pytest.raises(LaptopRunningError), Laptop.start():
        pass


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, "a-ap-south-1"),
        ({"Fn::Sub": "${!Literal} ${Name}"}, "${!Literal} given"),
        ({"Fn::Sub": ["${x}-${Key.Arn}", {"x": {"Ref": "Name"}}]}, "given-arn:key"),
        ({"Fn::GetAtt": "Key.Arn"}, "arn:key"),
        ({"Fn::Select": [1, {"Fn::Split": [":", "a:b"]}]}, "b"),
        ({"Fn::If": ["IsGiven", "yes", "no"]}, "yes"),
        ({"Fn::If": ["IsNotGiven", "yes", "no"]}, "no"),
        ({"a": [{"Ref": "Defaulted"}, 1]}, {"a": ["7", 1]}),
    ],
)
def test_intrinsic_functions(expression: object, value: object) -> None:
    document = {
        "Parameters": {"Name": {"Type": "String"}, "Defaulted": {"Type": "Number", "Default": 7}},
        "Conditions": {
            "IsGiven": {"Fn::Equals": [{"Ref": "Name"}, "given"]},
            "IsNotGiven": {"Fn::Not": [{"Condition": "IsGiven"}]},
        },
        "Resources": {"Key": {"Type": "AWS::KMS::Key"}},
    }
    template = Template(document, {"Name": "given"}, lambda _: {"Ref": "key", "Arn": "arn:key"})
    assert template.value(expression) == value


def test_what_the_laptop_does_not_know_it_refuses(laptop: Laptop, tmp_path: Path) -> None:
    template = Template({"Resources": {}}, {}, lambda _: {})
    unknowns: list[dict[str, object]] = [{"Fn::Transform": {}}, {"Ref": "Nobody"}]
    for unknown in unknowns:
        with pytest.raises(TemplateError):
            template.value(unknown)
    with pytest.raises(TemplateError):
        filled_definition('{"Resource": "${NoSuchStepArn}"}', {})
    resources = Provisioning({"Resources": {"X": {"Type": "AWS::Kinesis::Stream"}}}, {}, {}, tmp_path, {})
    with pytest.raises(TemplateError, match="AWS::Kinesis::Stream"):
        resources.make_all()


def test_every_type_in_the_suites_own_template_is_known() -> None:
    project = pravesh()
    assert project.document == read_document()
    assert json.loads(project.environment["SMS_TEMPLATE_IDS"])["contact_code.hi"].isdigit()


def test_server_keys_are_new_each_time_unless_there_is_a_folder_to_keep_them(tmp_path: Path) -> None:
    assert server_keys(None) != server_keys(None)
    assert server_keys(tmp_path) == server_keys(tmp_path)
    value = json.loads(server_keys(tmp_path))
    assert value["current"] in value["keys"]
    assert (tmp_path / "server_keys.json").stat().st_mode & 0o077 == 0
