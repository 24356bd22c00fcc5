"""Calls of aepp, a client for AEP, against the address that it is configured with: one line of JSON for each."""
import contextlib
import io
import json
import os
import sys
import time

import aepp
from aepp import (
    accesscontrol, catalog, customerprofile, dataaccess, dataprep, datasets, flowservice, identity, ingestion,
    observability, policy, privacyservice, sandboxes, schema, segmentation,
)

url, token, tenant_dataset = os.environ["BASE_URL"], os.environ["ACCESS_TOKEN"], os.environ.get("DATASET", "customers")
person = os.environ.get("PERSON", "RB-1")
config = dict(
    org_id=os.environ.get("ORG_ID", "ACME@AdobeOrg"), client_id=os.environ.get("CLIENT_ID", "client"),
    secret="unused", scopes=None, sandbox=os.environ.get("SANDBOX", "local"), environment="support",
    accesstoken=token, endpoint=url, retry=0,
)
aepp.configure(**config)
aepp.config.config_object["connectionType"] = "support"


def words(answer):
    text = answer if isinstance(answer, str) else json.dumps(answer, default=str)
    return text[:300]


def status_of(answer):
    if hasattr(answer, "status_code"):
        return answer.status_code
    if isinstance(answer, dict) and isinstance(answer.get("status"), int) and "title" in answer:
        return answer["status"]
    return 200


def call(cls, method, make, fits=lambda answer: True):
    """Does a call, and says what came of it."""
    started, answer = time.time(), None
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            answer = make()
        status = status_of(answer)
        works = status < 400 and bool(fits(answer))
        outcome = "works" if works else "not implemented" if status == 501 else "fails"
        said = "" if works else words(answer)
        if outcome == "not implemented":
            said = answer["detail"]
    except Exception as error:  # what a client meets is what is told
        outcome, said = "fails", f"{type(error).__name__}: {error} {words(answer)}"
        if "501" in said or "Not implemented" in said:
            outcome = "not implemented"
    seconds = round(time.time() - started, 2)
    print(json.dumps({"class": cls, "method": method, "outcome": outcome, "said": said[:400], "seconds": seconds}), flush=True)
    return answer


def has(*names):
    return lambda answer: all(name in answer for name in names)


def some(answer):
    return len(answer) > 0


PROFILE = "https://ns.adobe.com/xdm/context/profile"
EVENT = "https://ns.adobe.com/xdm/context/experienceevent"

# Schema registry
registry = schema.Schema()
call("Schema", "getStats", registry.getStats, has("tenantId", "counts"))
tenant = call("Schema", "getTenantId", registry.getTenantId, some)
call("Schema", "getBehaviors", registry.getBehaviors, some)
call("Schema", "getBehavior", lambda: registry.getBehavior("https://ns.adobe.com/xdm/data/record"), has("$id"))
listed = call("Schema", "getSchemas", registry.getSchemas, some)
first = listed[0]["$id"]
call("Schema", "getSchemas(format=xed)", lambda: registry.getSchemas(format="xed"), lambda all: "meta:class" in all[0])
call("Schema", "getSchemasGlobal", registry.getSchemasGlobal, lambda all: isinstance(all, list))
call("Schema", "getSchema", lambda: registry.getSchema(first), has("$id", "properties"))
call("Schema", "getSchema(full=False)", lambda: registry.getSchema(first, full=False), has("$id"))
call("Schema", "getSchema(desc=True)", lambda: registry.getSchema(first, desc=True), has("$id"))
call("Schema", "getSchemaPaths", lambda: registry.getSchemaPaths(first), some)
call("Schema", "getSchemaSample", lambda: registry.getSchemaSample(first), some)
call("Schema", "getClasses", lambda: registry.getClasses(), lambda all: isinstance(all, list))
call("Schema", "getClassesGlobal", registry.getClassesGlobal, some)
call("Schema", "getClass", lambda: registry.getClass(PROFILE), has("$id"))
call("Schema", "getFieldGroups", registry.getFieldGroups, lambda all: isinstance(all, list))
call("Schema", "getFieldGroupsGlobal", registry.getFieldGroupsGlobal, some)
call("Schema", "getDataTypes", registry.getDataTypes, lambda all: isinstance(all, list))
global_types = call("Schema", "getDataTypesGlobal", registry.getDataTypesGlobal, some)
call("Schema", "getDataType", lambda: registry.getDataType(global_types[0]["$id"]), has("$id"))
call("Schema", "getUnions", registry.getUnions, some)
call("Schema", "getUnion", lambda: registry.getUnion(PROFILE + "__union"), has("properties"))
call("Schema", "getXDMprofileSchema", registry.getXDMprofileSchema, has("results"))
call("Schema", "getDescriptors", registry.getDescriptors, some)


def group(field):
    own = {f"_{tenant}": {"type": "object", "properties": {field: {"type": "string", "title": field}}}}
    return {
        "title": "Shoes of clients", "type": "object", "description": "made by a client",
        "definitions": {"customFields": {"type": "object", "properties": own}},
        "allOf": [{"$ref": "#/definitions/customFields", "type": "object", "meta:xdmType": "object"}],
        "meta:intendedToExtend": [PROFILE],
    }


made = call("Schema", "createFieldGroup", lambda: registry.createFieldGroup(group("shoeSize")), has("$id", "meta:altId"))
call("Schema", "getFieldGroup", lambda: registry.getFieldGroup(made["$id"], full=False), has("$id"))
call("Schema", "getFieldGroup(full)", lambda: registry.getFieldGroup(made["$id"]), has("properties"))
call("Schema", "patchFieldGroup", lambda: registry.patchFieldGroup(made["$id"], [
    {"op": "add", "path": f"/definitions/customFields/properties/_{tenant}/properties/shoeColour", "value": {"type": "string", "title": "colour"}}]), has("$id"))
call("Schema", "putFieldGroup", lambda: registry.putFieldGroup(made["$id"], group("shoeSize")), has("$id"))
call("Schema", "extendFieldGroup", lambda: registry.extendFieldGroup(made["$id"], [PROFILE, EVENT]), has("$id"))
data_type = call("Schema", "createDataType", lambda: registry.createDataType({
    "title": "Shoe of clients", "type": "object", "description": "x",
    "properties": {"size": {"type": "integer", "title": "size"}}}), has("$id"))
call("Schema", "patchDataType", lambda: registry.patchDataType(data_type["$id"], [
    {"op": "add", "path": "/properties/width", "value": {"type": "string", "title": "w"}}]), has("$id"))
call("Schema", "putDataType", lambda: registry.putDataType(data_type["$id"], {
    "title": "Shoe of clients", "type": "object", "properties": {"size": {"type": "integer", "title": "size"}}}), has("$id"))
own_class = call("Schema", "createClass", lambda: registry.createClass({
    "title": "Shops of clients", "type": "object", "description": "x", "allOf": [{"$ref": "https://ns.adobe.com/xdm/data/record"}]}), has("$id"))
call("Schema", "patchClass", lambda: registry.patchClass(own_class["$id"], [{"op": "replace", "path": "/title", "value": "Shops"}]), has("$id"))
call("Schema", "putClass", lambda: registry.putClass(own_class["$id"], {
    "title": "Shops of clients", "type": "object", "allOf": [{"$ref": "https://ns.adobe.com/xdm/data/record"}]}), has("$id"))
call("Schema", "deleteClass", lambda: registry.deleteClass(own_class["$id"]))
own = call("Schema", "createSchema", lambda: registry.createSchema({
    "title": "Clients", "type": "object", "description": "made by a client",
    "allOf": [{"$ref": PROFILE}, {"$ref": made["$id"]}]}), has("$id", "meta:altId"))
call("Schema", "patchSchema", lambda: registry.patchSchema(own["$id"], [{"op": "replace", "path": "/title", "value": "Clients of ours"}]), has("$id"))
call("Schema", "putSchema", lambda: registry.putSchema(own["$id"], registry.getSchema(own["$id"], full=False)), has("$id"))
other = call("Schema", "createProfileSchema", lambda: registry.createProfileSchema("Others", [made["$id"]]), has("$id"))
events = call("Schema", "createExperienceEventSchema", lambda: registry.createExperienceEventSchema("Tries", [made["$id"]]), has("$id"))
call("Schema", "addFieldGroupToSchema", lambda: registry.addFieldGroupToSchema(
    other["$id"], ["https://ns.adobe.com/xdm/context/identitymap"]), has("$id"))
descriptor = call("Schema", "createDescriptor", lambda: registry.createDescriptor(
    desc_type="xdm:descriptorIdentity", sourceSchema=own["$id"], sourceProperty=f"/_{tenant}/shoeSize", namespace="Email", primary=True), has("@id"))
call("Schema", "getDescriptor", lambda: registry.getDescriptor(descriptor["@id"]), has("@id"))
call("Schema", "putDescriptor", lambda: registry.putDescriptor(descriptor["@id"], {
    "@type": "xdm:descriptorIdentity", "xdm:sourceSchema": own["$id"], "xdm:sourceVersion": 1,
    "xdm:sourceProperty": f"/_{tenant}/shoeSize", "xdm:namespace": "Phone", "xdm:property": "xdm:code", "xdm:isPrimary": True}), has("@id"))
call("Schema", "enableSchemaForRealTime", lambda: registry.enableSchemaForRealTime(own["$id"]), has("$id"))
call("Schema", "enableSchemaForUPS", lambda: registry.enableSchemaForUPS(own["$id"]), has("$id"))
exported = call("Schema", "exportResource", lambda: registry.exportResource(made["$id"]), some)
call("Schema", "importResource", lambda: registry.importResource(exported), some)
call("Schema", "getAuditLogs", lambda: registry.getAuditLogs(own["$id"]), lambda all: isinstance(all, list))
call("Schema", "FieldGroupManager", lambda: registry.FieldGroupManager(made["$id"]).to_dataframe(), some)
call("Schema", "SchemaManager", lambda: registry.SchemaManager(own["$id"]).to_dataframe(), some)

# Catalog
records = catalog.Catalog()
call("Catalog", "getDataSets", records.getDataSets, has(tenant_dataset))
call("Catalog", "getDatasetsInfos", records.getDatasetsInfos, some)
call("Catalog", "getProfileSnapshotDatasets", records.getProfileSnapshotDatasets, lambda all: isinstance(all, dict))
call("Catalog", "getDataSet", lambda: records.getDataSet(tenant_dataset), has(tenant_dataset))
call("Catalog", "getDataSetObservableSchema", lambda: records.getDataSetObservableSchema(tenant_dataset), some)
call("Catalog", "getDataSetViews", lambda: records.getDataSetViews(tenant_dataset), some)
call("Catalog", "getDataSetView", lambda: records.getDataSetView(tenant_dataset, "all"), some)
call("Catalog", "getDataSetViewFiles", lambda: records.getDataSetViewFiles(tenant_dataset, "all"))
call("Catalog", "getDataSetExpiration", lambda: records.getDataSetExpiration(tenant_dataset))
created = call("Catalog", "createDataSet", lambda: records.createDataSet(name="Clients of ours", schemaId=own["$id"]), some)
new = created[0].split("/")[-1]
call("Catalog", "enableDatasetProfile", lambda: records.enableDatasetProfile(new), some)
call("Catalog", "enableDatasetIdentity", lambda: records.enableDatasetIdentity(new), some)
call("Catalog", "enableDatasetUpsert", lambda: records.enableDatasetUpsert(new), some)
call("Catalog", "disableDatasetValidationContext", lambda: records.disableDatasetValidationContext(new), some)
call("Catalog", "disableDatasetProfile", lambda: records.disableDatasetProfile(new), some)
call("Catalog", "disableDatasetIdentity", lambda: records.disableDatasetIdentity(new), some)
call("Catalog", "patchDataset", lambda: records.patchDataset(new, {"description": "changed"}), some)
call("Catalog", "patchDatasetV2", lambda: records.patchDatasetV2(new, {"description": "changed again"}), some)
call("Catalog", "setDatasetTTL", lambda: records.setDatasetTTL(new, "P90D"), some)
call("Catalog", "putDataset", lambda: records.putDataset(new, {"name": "Clients", "schemaRef": {"id": own["$id"]}}), some)
call("Catalog", "deleteDataSet", lambda: records.deleteDataSet(new))
call("Catalog", "createUnionProfileDataset", records.createUnionProfileDataset)
call("Catalog", "getBatches", records.getBatches, lambda all: isinstance(all, dict))
call("Catalog", "getFailedBatchesDF", records.getFailedBatchesDF)
call("Catalog", "getLastBatches", records.getLastBatches, lambda all: isinstance(all, dict))
call("Catalog", "getResources", records.getResources)

# What was made of schemas goes again
titled = registry.createDescriptor({
    "@type": "xdm:alternateDisplayInfo", "xdm:sourceSchema": own["$id"], "xdm:sourceVersion": 1,
    "xdm:sourceProperty": f"/_{tenant}/shoeSize", "xdm:title": {"en_us": "Size"}})
call("Schema", "deleteDescriptor", lambda: registry.deleteDescriptor(titled["@id"]))
for one in (own, other, events):
    call("Schema", "deleteSchema", lambda: registry.deleteSchema(one["$id"]))
call("Schema", "deleteDataType", lambda: registry.deleteDataType(data_type["$id"]))
call("Schema", "deleteFieldGroup", lambda: registry.deleteFieldGroup(made["$id"]))

# Segmentation
rules = segmentation.Segmentation()
pql = 'loyalty.tier = "gold"'
call("Segmentation", "getSegments", rules.getSegments, some)
segment = call("Segmentation", "createSegment", lambda: rules.createSegment({
    "name": "Gold of clients", "description": "x", "schema": {"name": "_xdm.context.profile"}, "ttlInDays": 60,
    "expression": {"type": "PQL", "format": "pql/text", "value": pql}}), has("id", "expression"))
call("Segmentation", "getSegment", lambda: rules.getSegment(segment["id"]), has("id"))
call("Segmentation", "getMultipleSegments", lambda: rules.getMultipleSegments({"ids": [{"id": segment["id"]}]}), lambda all: segment["id"] in all)
call("Segmentation", "updateSegment", lambda: rules.updateSegment(segment["id"], {
    "name": "Gold", "schema": {"name": "_xdm.context.profile"}, "description": "changed", "ttlInDays": 60,
    "expression": {"type": "PQL", "format": "pql/text", "value": pql}}), has("id"))
converted = call("Segmentation", "convertSegmentDef", lambda: rules.convertSegmentDef(
    "x", {"type": "PQL", "format": "pql/text", "value": pql}), has("expression"))
as_json = call("Segmentation", "createSegment(pql/json)", lambda: rules.createSegment({
    "name": "Gold as JSON", "description": "x", "schema": {"name": "_xdm.context.profile"}, "ttlInDays": 60,
    "expression": converted["expression"]}), lambda one: one["expression"]["value"] == pql)
call("Segmentation", "deleteSegment(pql/json)", lambda: rules.deleteSegment(as_json["id"]))
call("Segmentation", "deleteSegment", lambda: rules.deleteSegment(segment["id"]))
preview = call("Segmentation", "createPreview", lambda: rules.createPreview(pql), has("previewId"))
call("Segmentation", "getPreview", lambda: rules.getPreview(preview["previewId"]), has("state"))
call("Segmentation", "getEstimate", lambda: rules.getEstimate(preview["previewId"]), has("estimatedSize", "state"))
call("Segmentation", "deletePreview", lambda: rules.deletePreview(preview["previewId"]))
call("Segmentation", "getJobs", rules.getJobs, lambda all: isinstance(all, list))
listed = call("Segmentation", "getAudiences", rules.getAudiences, some)
call("Segmentation", "getAudience", lambda: rules.getAudience(listed[0]["id"]), has("audienceId"))
audience = call("Segmentation", "createAudience", lambda: rules.createAudience({
    "name": "Silver", "type": "SegmentDefinition", "schema": {"name": "_xdm.context.profile"},
    "expression": {"type": "PQL", "format": "pql/text", "value": 'loyalty.tier = "silver"'}}), has("id"))
call("Segmentation", "patchAudience", lambda: rules.patchAudience(audience["id"], [
    {"op": "add", "path": "/description", "value": "by a client"}]), has("id"))
call("Segmentation", "putAudience", lambda: rules.putAudience(audience["id"], {
    "name": "Silver of clients", "expression": {"type": "PQL", "format": "pql/text", "value": 'loyalty.tier = "silver"'}}), has("id"))
call("Segmentation", "extractPaths", lambda: rules.extractPaths(rules.getAudience(audience["id"])), lambda all: isinstance(all, list))
call("Segmentation", "extractAudiences", lambda: rules.extractAudiences(rules.getAudience(audience["id"])), lambda all: isinstance(all, list))
call("Segmentation", "deleteAudience", lambda: rules.deleteAudience(audience["id"]))
job = call("Segmentation", "createJob", lambda: rules.createJob([listed[0]["id"]]), has("id"))
call("Segmentation", "getJob", lambda: rules.getJob(job["id"]), has("status"))
call("Segmentation", "deleteJob", lambda: rules.deleteJob(job["id"]))
schedules = call("Segmentation", "getSchedules", rules.getSchedules, some)
call("Segmentation", "getSchedule", lambda: rules.getSchedule(schedules[0]["id"]), has("schedule"))
call("Segmentation", "createSchedule", lambda: rules.createSchedule({"name": "x", "type": "batch_segmentation", "properties": {"segments": ["*"]}, "schedule": "0 0 1 * * ?", "state": "inactive"}))
call("Segmentation", "updateSchedule", lambda: rules.updateSchedule("daily", [{"op": "add", "path": "/state", "value": "active"}]))
call("Segmentation", "deleteSchedule", lambda: rules.deleteSchedule("daily"))
call("Segmentation", "searchNamespaces", lambda: rules.searchNamespaces(query="gold"), has("namespaces"))
call("Segmentation", "searchEntities", lambda: rules.searchEntities(query="gold", namespace="AEPSegments"), lambda all: isinstance(all, list))
call("Segmentation", "getExportJobs", rules.getExportJobs)

# Identity
names = identity.Identity()
# It makes its address of the name of a region: the configured one has to be put in its place.
names.endpoint = url + "/data/core"
call("Identity", "getIdentities", names.getIdentities, some)
call("Identity", "getIdentities(only_custom)", lambda: names.getIdentities(only_custom=True), lambda all: isinstance(all, list))
shop = call("Identity", "createIdentity", lambda: names.createIdentity("Shop of clients", "SHOPCLIENT", "CROSS_DEVICE", "made by a client"), has("id", "code"))
call("Identity", "getIdentityDetail", lambda: names.getIdentityDetail(str(shop["id"])), has("code"))
call("Identity", "updateIdentity", lambda: names.updateIdentity(str(shop["id"]), "Shop", "SHOPCLIENT", "CROSS_DEVICE", "changed"), has("code"))
call("Identity", "getIdentitiesIMS", lambda: names.getIdentitiesIMS(config["org_id"]), some)

call("Identity", "getIdentity", lambda: names.getIdentity(id_str=person, namespace="CRMID"))
call("Identity", "getLinkedIdentities", lambda: names.getLinkedIdentities({"ns": "CRMID", "id": person}),
     lambda answer: len(answer["graphs"][0]["members"]) == 2)
call("Identity", "getLinkedIdentities(graph)", lambda: names.getLinkedIdentities({"ns": "CRMID", "id": person}, projectionType="graph"),
     lambda answer: len(answer["graphs"][0]["edges"]) == 1)
call("Identity", "getIdentityMapping", lambda: names.getIdentityMapping(xid="x", targetNs=4))

# Profile configuration
profile = customerprofile.Profile()
call("Profile", "getMergePolicies", profile.getMergePolicies, some)
merge = call("Profile", "createMergePolicy", lambda: profile.createMergePolicy({
    "name": "Devices", "schema": {"name": "_xdm.context.profile"}, "identityGraph": {"type": "none"}, "attributeMerge": {"type": "timestampOrdered"}, "default": False}), has("id"))
call("Profile", "getMergePolicy", lambda: profile.getMergePolicy(merge["id"]), has("id"))
call("Profile", "getMergePolicyActiveOnEdge", profile.getMergePolicyActiveOnEdge, has("id"))
call("Profile", "updateMergePolicy", lambda: profile.updateMergePolicy(merge["id"], {
    "name": "Devices of clients", "schema": {"name": "_xdm.context.profile"}, "identityGraph": {"type": "none"}, "attributeMerge": {"type": "timestampOrdered"}, "default": False}), has("id"))
call("Profile", "patchMergePolicy", lambda: profile.patchMergePolicy(merge["id"], [{"op": "add", "path": "/identityGraph.type", "value": "pdg"}]), has("id"))
call("Profile", "deleteMergePolicy", lambda: profile.deleteMergePolicy(merge["id"]))
call("Profile", "getEntity", lambda: profile.getEntity(entityId=person, entityIdNS="crmid"), some)
call("Profile", "getEntity(events)", lambda: profile.getEntity(schema_name="_xdm.context.experienceevent", entityId=person, entityIdNS="crmid"), some)
call("Profile", "getEntityEvents", lambda: profile.getEntityEvents(entityId=person, entityIdNS="crmid", limit=2, n_events=10), lambda all: len(all) == 3)
call("Profile", "getEntities", lambda: profile.getEntities({
    "schema": {"name": "_xdm.context.profile"}, "identities": [{"entityId": person, "entityIdNS": {"code": "crmid"}}]}), some)
call("Profile", "deleteEntity", lambda: profile.deleteEntity(schema_name="_xdm.context.profile", entityId=person, entityIdNS="crmid"))
call("Profile", "getExportJobs", profile.getExportJobs)
call("Profile", "getPreviewDataSet", profile.getPreviewDataSet)
call("Profile", "getComputedAttributes", profile.getComputedAttributes)
call("Profile", "getPreviewStatus", profile.getPreviewStatus, has("totalRows"))
call("Profile", "getComputedAttribute", lambda: profile.getComputedAttribute("x"))
call("Profile", "getDestinations", profile.getDestinations)
call("Profile", "getProjections", profile.getProjections)
call("Profile", "getDeleteSystemJob", lambda: profile.getDeleteSystemJob("x"))

# Flow service
flows = flowservice.FlowService()
bases = call("FlowService", "getConnections", flows.getConnections, some)
call("FlowService", "getConnection", lambda: flows.getConnection(bases[0]["id"]), has("id"))
call("FlowService", "connectionTest", lambda: flows.connectionTest(bases[0]["id"]), some)
specs = call("FlowService", "getConnectionSpecs", flows.getConnectionSpecs, some)
call("FlowService", "getConnectionSpecsMap", flows.getConnectionSpecsMap, some)
call("FlowService", "getConnectionSpec", lambda: flows.getConnectionSpec(specs[0]["id"]), some)
call("FlowService", "getConnectionSpecIdFromName", lambda: flows.getConnectionSpecIdFromName("Streaming Connection"), some)
destinations = call("FlowService", "getFlows(onlyDestinations)", lambda: flows.getFlows(onlyDestinations=True), some)
call("FlowService", "getFlows", flows.getFlows, some)
call("FlowService", "getFlows(onlySources)", lambda: flows.getFlows(onlySources=True), lambda all: isinstance(all, list))
flow = call("FlowService", "getFlow", lambda: flows.getFlow(destinations[0]["id"]), has("id", "etag"))
call("FlowService", "updateFlow", lambda: flows.updateFlow(flow["id"], flow["etag"], [
    {"op": "Replace", "path": "/name", "value": flow["name"] + " of clients"}]), has("etag"))
call("FlowService", "postFlowAction(disable)", lambda: flows.postFlowAction(flow["id"], "disable"), has("id"))
call("FlowService", "postFlowAction(enable)", lambda: flows.postFlowAction(flow["id"], "enable"), has("id"))
flow_specs = call("FlowService", "getFlowSpecs", flows.getFlowSpecs, some)
call("FlowService", "getFlowSpec", lambda: flows.getFlowSpec(flow_specs[0]["id"]), has("id"))
call("FlowService", "getFlowSpecIdFromNames", lambda: flows.getFlowSpecIdFromNames("UPStoDestination"), some)
call("FlowService", "getRuns", flows.getRuns, lambda all: isinstance(all, list))
sources = call("FlowService", "getSourceConnections", flows.getSourceConnections, some)
call("FlowService", "getSourceConnection", lambda: flows.getSourceConnection(sources[0]["id"]), has("id"))
targets = call("FlowService", "getTargetConnections", flows.getTargetConnections, some)
call("FlowService", "getTargetConnection", lambda: flows.getTargetConnection(targets[0]["id"]), has("id"))
stream = call("FlowService", "createConnectionStreaming", lambda: flows.createConnectionStreaming(
    "Stream of clients", "stream-of-clients", "xdm", paramName="Stream of clients"), has("id"))
call("FlowService", "patchConnection", lambda: flows.patchConnection(stream["id"], [{"op": "replace", "path": "/name", "value": "Stream"}]), has("id"))
call("FlowService", "deleteConnection", lambda: flows.deleteConnection(stream["id"]))
call("FlowService", "createRun", lambda: flows.createRun(flow["id"]))
profiles = call("FlowService", "createConnectionToUPS", lambda: flows.createConnectionToUPS("Profiles"), has("id"))
spec = {"id": "http", "version": "1.0"}
base = call("FlowService", "createConnection(destination)", lambda: flows.createConnection(
    name="Partner", connectionSpec=spec, auth={"specName": "secret", "params": {"bearerToken": "of the partner"}}), has("id"))
source = call("FlowService", "createSourceConnection(profiles)", lambda: flows.createSourceConnection(
    {"name": "Profiles", "baseConnectionId": profiles["id"], "connectionSpec": {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}}), has("id"))
target = call("FlowService", "createTargetConnection(destination)", lambda: flows.createTargetConnection(
    data={"name": "Partner", "baseConnectionId": base["id"], "connectionSpec": spec, "params": {"url": "https://partner.example/profiles"}}), has("id"))
made = call("FlowService", "createFlow", lambda: flows.createFlow(
    "71471eba-b620-49e4-90fd-23f1fa0174d8", "Partner", source["id"], target["id"]), has("id"))
call("FlowService", "deleteFlow", lambda: flows.deleteFlow(made["id"]))
call("FlowService", "exploreLandingZone", flows.exploreLandingZone)
call("FlowService", "getLandingZoneCredential", flows.getLandingZoneCredential)

# Policies and labels
governance = policy.Policy()
call("Policy", "getEnabledCorePolicies", governance.getEnabledCorePolicies, has("policyIds"))
core = call("Policy", "getPoliciesCore", governance.getPoliciesCore, has("children"))
call("Policy", "getPoliciesCoreId", lambda: governance.getPoliciesCoreId(core["children"][0]["id"]), has("id"))
call("Policy", "getPoliciesCustoms", governance.getPoliciesCustoms, has("children"))
own_policy = call("Policy", "createPolicy", lambda: governance.createPolicy({
    "name": "Of clients", "status": "DRAFT", "marketingActionRefs": [url + "/data/foundation/dulepolicy/marketingActions/core/emailTargeting"],
    "deny": {"operator": "AND", "operands": [{"label": "C1"}, {"label": "C3"}]}}), has("id"))
call("Policy", "getPoliciesCustom", lambda: governance.getPoliciesCustom(own_policy["id"]), has("id"))
call("Policy", "createEnabledCorePolicies", lambda: governance.createEnabledCorePolicies(
    governance.getEnabledCorePolicies()["policyIds"]), has("policyIds"))
call("Policy", "bulkEval", lambda: governance.bulkEval([
    {"evalRef": url + "/data/foundation/dulepolicy/marketingActions/core/emailTargeting/constraints", "includeDraft": True, "labels": ["C1", "C3"]}]),
    lambda answer: len(answer[0]["body"]["violatedPolicies"]) > 0)
labels = call("Policy", "getCoreLabels", governance.getCoreLabels, some)
call("Policy", "getCoreLabel", lambda: governance.getCoreLabel("C1"), has("name"))
call("Policy", "updateCustomLabel", lambda: governance.updateCustomLabel("OFCLIENTS", {"name": "OFCLIENTS", "category": "Custom", "friendlyName": "Of clients", "description": "x"}), has("name"))
call("Policy", "getCustomLabels", governance.getCustomLabels, some)
call("Policy", "getCustomLabel", lambda: governance.getCustomLabel("OFCLIENTS"), has("name"))
call("Policy", "getMarketingActionsCores", governance.getMarketingActionsCores, some)
call("Policy", "getMarketingActionsCore", lambda: governance.getMarketingActionsCore("emailTargeting"), has("name"))
call("Policy", "getCustomMarketingActions", governance.getCustomMarketingActions, lambda all: isinstance(all, list))
call("Policy", "createOrupdateCustomMarketingAction", lambda: governance.createOrupdateCustomMarketingAction("ours", "x"))
call("Policy", "deleteCustomMarketingAction", lambda: governance.deleteCustomMarketingAction("ours"))
call("Policy", "evaluateMarketingActionDataset", lambda: governance.evaluateMarketingActionDataset(mktActionName="emailTargeting", entityId=tenant_dataset), has("violatedPolicies"))

# Labels of datasets
labelled = datasets.DataSets()
call("DataSets", "getLabelSchemaTests", lambda: labelled.getLabelSchemaTests(tenant_dataset), has("labels"))

# Mappings
mappings = dataprep.DataPrep()
sets = call("DataPrep", "getMappingSets", mappings.getMappingSets, some)
call("DataPrep", "getMappingSet", lambda: mappings.getMappingSet(sets[0]["id"]), has("mappings"))
rules_of = call("DataPrep", "getMappingSetMappings", lambda: mappings.getMappingSetMappings(sets[0]["id"]), has("data"))
call("DataPrep", "getMappingSetMapping", lambda: mappings.getMappingSetMapping(sets[0]["id"], "0"), has("id"))
call("DataPrep", "getMappingSetFunctions", mappings.getMappingSetFunctions, some)
call("DataPrep", "getMappingSetOperators", mappings.getMappingSetOperators, some)
call("DataPrep", "validateExpression", lambda: mappings.validateExpression("concat(a, b)"), lambda answer: answer is True)
call("DataPrep", "getMappingSuggestions", lambda: mappings.getMappingSuggestions(tenant_dataset))

# Batches and files
sent = ingestion.DataIngestion()
batch = call("DataIngestion", "createBatch", lambda: sent.createBatch(datasetId=tenant_dataset, format="json"), has("id"))
call("DataIngestion", "uploadSmallFile", lambda: sent.uploadSmallFile(
    batchId=batch["id"], datasetId=tenant_dataset, filePath="a.json", data={"_riverbend": {"crmId": "RB-9"}}))
call("DataIngestion", "uploadSmallFileFinish", lambda: sent.uploadSmallFileFinish(batch["id"]))
files = dataaccess.DataAccess()
call("DataAccess", "getBatchFiles", lambda: files.getBatchFiles(batch["id"]))
call("DataAccess", "getBatchFailed", lambda: files.getBatchFailed(batch["id"]), lambda answer: answer is not None)
call("DataAccess", "getBatchMeta", lambda: files.getBatchMeta(batch["id"]), some)
call("DataAccess", "getFiles", lambda: files.getFiles(batch["id"]))
call("DataAccess", "getPreview", lambda: files.getPreview(tenant_dataset))
call("Catalog", "getBatch", lambda: records.getBatch(batch["id"]), some)
jobs = privacyservice.Privacy()
call("Privacy", "getJobs", lambda: jobs.getJobs(regulation="gdpr"))
call("Privacy", "postJob", lambda: jobs.postJob({"companyContexts": [], "users": []}))

# The stage
stage = sandboxes.Sandboxes()
found = call("Sandboxes", "getSandboxes", stage.getSandboxes, some)
call("Sandboxes", "getSandboxTypes", stage.getSandboxTypes, some)
call("Sandboxes", "getSandbox", lambda: stage.getSandbox(found[0]["name"]), has("name"))
call("Sandboxes", "getSandboxId", lambda: stage.getSandboxId(found[0]["name"]), some)
call("Sandboxes", "createSandbox", lambda: stage.createSandbox("other", "Other"))
call("Sandboxes", "getPackages", stage.getPackages)
access = accesscontrol.AccessControl()
call("AccessControl", "getPermissions", access.getPermissions, has("permissions"))
call("AccessControl", "getEffectivePolicies", lambda: access.getEffectivePolicies(["/permissions/schema:write"]), has("policies"))
roles = call("AccessControl", "getRoles", access.getRoles, some)
call("AccessControl", "getRole", lambda: access.getRole(roles[0]["id"]), has("name"))
call("AccessControl", "getSubjects", lambda: access.getSubjects(roles[0]["id"]), lambda all: isinstance(all, list))
call("AccessControl", "getPolicies", access.getPolicies, lambda all: isinstance(all, (list, dict)))
call("AccessControl", "getProducts", access.getProducts, some)
call("AccessControl", "getPermissionCategories", lambda: access.getPermissionCategories("tributary"), some)
call("AccessControl", "getPermissionSets", lambda: access.getPermissionSets("tributary"), some)
watched = observability.Observability()
call("Observability", "createMetricsReport", lambda: watched.createMetricsReport({
    "start": "2026-01-01T00:00:00.000Z", "end": "2036-01-01T00:00:00.000Z", "granularity": "day",
    "metrics": [{"name": "timeseries.ingestion.dataset.recordsuccess.count", "filters": [
        {"name": "dataSetId", "value": tenant_dataset, "groupBy": True}], "aggregator": "sum", "downsample": "sum"}]}), has("metricResponses"))
