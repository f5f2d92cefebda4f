// Drives node-quickbooks against the sandbox: node node_judge.cjs FOLDER BASE REALM. Prints what it saw as one JSON object.
'use strict';

const path = require('path');
const [folder, base, realm] = process.argv.slice(2);
const QuickBooks = require(path.join(folder, 'node_modules', 'node-quickbooks'));

QuickBooks.V3_ENDPOINT_BASE_URL = `${base}/v3/company/`;
QuickBooks.TOKEN_URL = `${base}/oauth2/v1/tokens/bearer`;
QuickBooks.REVOKE_URL = `${base}/v2/oauth2/tokens/revoke`;
QuickBooks.USER_INFO_URL = `${base}/v1/openid_connect/userinfo`;

const qbo = new QuickBooks(
  'sandbox-client', 'sandbox-secret', 'stale', false, realm, true, false, 75, '2.0', 'sandbox-refresh'
);

const call = (name, ...args) => new Promise((resolve, reject) => {
  qbo[name](...args, (error, data) => (error ? reject(error) : resolve(data)));
});
const refused = async (name, ...args) => {
  try {
    await call(name, ...args);
    return null;
  } catch (error) {
    const body = (error.response && error.response.data) || error;
    const fault = body.Fault || body.fault;
    return { status: error.response ? error.response.status : 200, code: (fault.Error || fault.error)[0].code };
  }
};
const found = async (name, criteria, entity) => ((await call(name, criteria)).QueryResponse[entity] || []).map((each) => each.Id);

const line = (amount) => ({
  Amount: amount, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ItemRef: { value: '1' } },
});

async function tokens(saw) {
  saw.stale = await refused('getPreferences');
  const granted = await call('refreshAccessToken');
  saw.refreshed = [granted.token_type, granted.refresh_token !== 'sandbox-refresh', granted.expires_in];
  saw.home = (await call('getPreferences')).CurrencyPrefs.HomeCurrency.value;
  saw.company = (await call('getCompanyInfo', realm)).Country;
}

async function queries(saw) {
  const people = [];
  for (const name of ["Ann O'Hara", 'Bob & Sons', 'Cy 100%']) {
    people.push((await call('createCustomer', { DisplayName: name })).Id);
  }
  const among = (field, value, operator) => found('findCustomers', [{ field, value, operator }], 'Customer');
  saw.equal = await found('findCustomers', { DisplayName: "Ann O'Hara" }, 'Customer');
  saw.ampersand = await among('DisplayName', 'Bob & Sons', '=');
  saw.like = await among('DisplayName', '%O\'H%', 'LIKE');
  saw.inside = await found('findCustomers', { Id: people.slice(1) }, 'Customer');
  saw.since = (await among('MetaData.LastUpdatedTime', '2020-01-01T00:00:00+02:00', '>=')).length;
  saw.before = (await among('MetaData.LastUpdatedTime', '2020-01-01T00:00:00+02:00', '<')).length;
  saw.counted = (await call('findCustomers', [{ count: true }])).QueryResponse.totalCount;
  saw.page = await found('findCustomers', [{ field: 'asc', value: 'Id' }, { field: 'limit', value: 2 }, { field: 'offset', value: 2 }], 'Customer');
  saw.all = await found('findCustomers', { fetchAll: true, limit: 2, asc: 'Id' }, 'Customer');
  saw.none = await call('findCustomers', { DisplayName: 'Nobody' }).then((data) => data.QueryResponse);
  saw.operator = await refused('findCustomers', [{ field: 'Id', value: '1', operator: '>' }]);
  saw.unqueryable = await refused('findInvoices', { PrivateNote: 'x' });
  saw.people = people;
}

async function papers(saw) {
  const owner = { CustomerRef: { value: saw.people[0] } };
  const invoice = await call('createInvoice', { ...owner, Line: [line(100)], BillEmail: { Address: 'ann@example.com' } });
  const twice = () => call('createPayment', {
    ...owner, TotalAmt: 60, requestId: 'once', Line: [{ Amount: 60, LinkedTxn: [{ TxnId: invoice.Id, TxnType: 'Invoice' }] }],
  });
  const payment = await twice();
  saw.replayed = (await twice()).Id === payment.Id;
  saw.balance = (await call('getInvoice', invoice.Id)).Balance;
  saw.updated = (await call('updateInvoice', { Id: invoice.Id, SyncToken: (await call('getInvoice', invoice.Id)).SyncToken, PrivateNote: 'n' })).PrivateNote;
  saw.voided = (await call('voidPayment', await call('getPayment', payment.Id))).TotalAmt;
  saw.sent = (await call('sendInvoicePdf', invoice.Id, 'ann@example.com')).EmailStatus;
  saw.pdf = (await call('getInvoicePdf', invoice.Id)).subarray(0, 4).toString();
  saw.note = (await call('voidInvoice', invoice.Id)).Invoice.PrivateNote;
  const estimate = await call('createEstimate', { ...owner, Line: [line(5)] });
  saw.deleted = (await call('deleteEstimate', estimate.Id)).Estimate.status;
  saw.gone = await refused('getEstimate', estimate.Id);
  saw.duplicate = await refused('createCustomer', { DisplayName: 'Bob & Sons' });
  saw.stray = await refused('createCustomer', { DisplayName: 'New', Nick: 'N' });
}

async function together(saw) {
  const answers = await call('batch', [
    { bId: 'a', operation: 'create', Customer: { DisplayName: 'Dee' } },
    { bId: 'b', operation: 'create', Customer: { DisplayName: 'Dee' } },
    { bId: 'c', Query: "select * from Customer where DisplayName = 'Dee'" },
  ]);
  saw.batch = Object.fromEntries(answers.BatchItemResponse.map((each) => [each.bId, Object.keys(each).find((key) => key !== 'bId')]));
  const changes = await call('changeDataCapture', ['Estimate', 'customer'], new Date(Date.now() - 3600000));
  saw.stubs = changes.CDCResponse[0].QueryResponse[0].Estimate.map((each) => each.status);
  saw.report = await refused('reportProfitAndLoss', {});
  saw.attachable = await refused('findAttachables', {});
  saw.revoked = await call('revokeAccess', true).then((response) => response.status);
}

async function main() {
  const saw = {};
  await tokens(saw);
  await queries(saw);
  await papers(saw);
  await together(saw);
  return saw;
}

main().then((saw) => console.log(JSON.stringify(saw)), (error) => {
  console.error(error && error.response ? JSON.stringify(error.response.data) : error);
  process.exit(1);
});
