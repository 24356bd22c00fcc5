/**
 * Preset dictionaries for {@link packJson}: text that JSON of records is likely to contain, the likeliest last. A
 * dictionary is never changed, only another one added at the end, because items refer to it by its number.
 */
const USER_AGENTS =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36' +
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0' +
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15' +
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1' +
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';

/** Names of XDM fields, in the order and nesting in which they come in records. */
const XDM = [
  '"_repo":{"createDate":"","modifyDate":""},"personID":"","extSourceSystemAudit":{"lastUpdatedDate":"',
  '"person":{"name":{"firstName":"","lastName":""},"birthDate":"","gender":""},"personalEmail":{"address":"","primary":true},',
  '"mobilePhone":{"number":"+1"},"homePhone":{"number":"+1"},"homeAddress":{"street1":"","city":"","postalCode":"","stateProvince":"","countryCode":"US"}',
  '"loyalty":{"tier":"gold","points":0,"loyaltyID":[""]},"privacyOptOuts":{"general_opt_out":"in"},',
  '"consents":{"collect":{"val":"y"},"share":{"val":"y"},"marketing":{"preferred":"email","any":{"val":"y"},"email":{"val":"n","time":"","reason":""},"push":{"val":"y"},"sms":{"val":"y"},"call":{"val":"y"}},"metadata":{"time":""}}',
  '"userActivityRegion":{"dataCenterLocation":"","captureTimestamp":""},"userActivityRegions":{"VA6":{"captureTimestamp":"',
  '"advertising":{"adAssetReference":{"_id":""}},"marketing":{"trackingCode":"","campaignName":"","campaignGroup":""},',
  '"directMarketing":{"clicks":{"value":1},"emailVisitID":""},"application":{"id":"","name":"","version":"","launches":{"value":1}},',
  '"segmentMembership":{"ups":{"":{"lastQualificationTime":"","status":"realized"}}},"eventMergeId":"","producedBy":"self",',
  '"receivedTimestamp":"20","dataSource":{"_id":""},"channel":{"_id":"https://ns.adobe.com/xdm/channels/web","_type":"https://ns.adobe.com/xdm/channel-types/web","mediaType":"owned","typeAtSource":"organic"},',
  '"search":{"isPaid":false,"keywords":"","searchEngine":"","pageDepth":0},"isPaid":true,',
  '"device":{"type":"mobile","manufacturer":"Apple","model":"iPhone","typeID":"","typeIDService":"https://ns.adobe.com/xdm/external/deviceatlas","screenHeight":1080,"screenWidth":1920,"colorDepth":24,"screenOrientation":"landscape"}',
  '"_experience":{"analytics":{"customDimensions":{"eVars":{"eVar1":"","eVar10":"","eVar2":""},"props":{"prop1":"","prop75":"","prop2":""},"listProps":{},"postalCode":""},"endUser":{"firstTimestamp":15,"firstWeb":{"webPageDetails":{"name":"","URL":"https://www."},"webReferrer":{"type":"","URL":"https://www.google.com/"}}},"environment":{"browserID":1,"operatingSystemID":1},"event1to100":{"event1":{"value":1}},"session":{"timestamp":15,"num":1,"depth":1,"search":{"isPaid":false,"pageDepth":0},"web":{"webPageDetails":{"name":"","URL":""},"webReferrer":{"type":"","URL":""}}}}}',
  '"environment":{"type":"browser","browserDetails":{"name":"Chrome","vendor":"Google","version":"","acceptLanguage":"en-US","acceptLanguage":"en","cookiesEnabled":true,"javaEnabled":false,"javaScriptEnabled":true,"javaScriptVersion":"1.6","viewportHeight":900,"viewportWidth":1440,"userAgent":"Mozilla/5.0"},"operatingSystem":"iOS","operatingSystem":"Android","operatingSystem":"Windows","operatingSystemVersion":"12.1","connectionType":"wifi","ipV4":""}',
  '"placeContext":{"localTime":"20","localTimezoneOffset":0,"geo":{"_id":"","_schema":{"latitude":40.7,"longitude":-73.9},"city":"new york","postalCode":"10","stateProvince":"ca","countryCode":"US","dmaID":501}}',
  '"commerce":{"order":{"purchaseID":"","purchaseOrderNumber":"","currencyCode":"USD","priceTotal":0,"payments":[{"paymentAmount":0,"paymentType":"credit_card","currencyCode":"USD"}]},"checkouts":{"value":1},"productListOpens":{"value":1},"productListRemovals":{"value":1},"productListViews":{"value":1},"purchases":{"value":1},"productListAdds":{"value":1},"productViews":{"value":1}}',
  '"productListItems":[{"SKU":"","name":"","quantity":1,"priceTotal":0,"currencyCode":"USD","productAddMethod":""}]',
  '"eventType":"web.webinteraction.linkClicks","eventType":"commerce.productListAdds","eventType":"commerce.productViews","eventType":"commerce.purchases","eventType":"web.webpagedetails.pageViews","eventType":"userAccount.login","eventType":"store.order"',
  '"web":{"webInteraction":{"name":"","type":"other","URL":"","linkClicks":{"value":1}},"webReferrer":{"type":"external","type":"internal","type":"typed_bookmarked","type":"search_engine","type":"unknown","URL":"https://www.google.com/"},"webPageDetails":{"name":"","URL":"https://www.example.com/content/us/en/products.html","server":"","siteSection":"home","isHomePage":true,"isHomePage":false,"isErrorPage":false,"pageViews":{"value":1}}}',
  '"endUserIDs":{"_experience":{"aaid":{"id":"","namespace":{"code":"AAID"},"primary":false},"mcid":{"id":"","namespace":{"code":"ECID"},"primary":true}}}',
  '"identityMap":{"Email":[{"id":"","authenticatedState":"loggedOut"}],"CRMID":[{"id":"","authenticatedState":"authenticated","primary":true}],"ECID":[{"id":"","authenticatedState":"ambiguous","primary":true}]}',
  '"timestamp":"2026-01-01T00:00:00.000Z","_id":"',
].join(',');

/** What profile items, memberships and delivery states are made of. */
const ITEMS = [
  '"lastRevision":1,"destinations":{"":{"lastRouted":{"ECID:":{"":{"status":"exited","lastQualificationTime":17,"routes":["edge:7","hub"]}},"digests":{"CRMID:":""},"excluded":{"noSharedIdentity":[],"noAcceptedIdentity":[]}}},"pending":[]',
  '"profiles":{"ECID:":{"segments":{"":{"status":"realized","lastQualificationTime":17}},"digest":""}},"dueAt":17',
  '"linkHistory":{"condensed":[{"a":"CRMID:","b":"ECID:","firstSeen":17,"lastSeen":17,"source":"logins"}],"condensedUntil":null,"assertions":[{"id":"","time":17,"source":"logins","identities":["CRMID:","ECID:"]}]}',
  '"fragments":{"regions|ECID:":{"time":17,"tieBreaker":"","attributes":{"userActivityRegions":{"VA6":{"captureTimestamp":"20"}}}},"customers|CRMID:":{"time":17,"tieBreaker":"00000000","attributes":{"_id":"',
  '"events":{"ECID:":[{"id":"","time":17,"entity":{"eventType":"","commerce":{"productViews":{"value":1}}}},{"id":"","time":17,"entity":{"commerce":{"productListAdds":{"value":1}}}}]},"mergedIn":[]',
].join(',');

export const DICTIONARIES: readonly Buffer[] = [Buffer.from(USER_AGENTS + ITEMS + XDM)];
