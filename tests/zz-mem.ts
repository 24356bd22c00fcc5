import { createMemoryObjectStore } from '#lambdas/adapters/object-store.memory.ts';
import { pendingPart } from '#core/activation/s3-file/pending.ts';
import { exportOutlet } from '#core/activation/s3-file/export-outlet.ts';
import { membershipFiles } from '#core/activation/s3-file/membership-files.ts';
import { profileDelivery, identity, entered, exited } from './unit/activation/factories.ts';
const store = createMemoryObjectStore(); const N = 300; // parts of 1000
for (let p = 0; p < N; p++) await store.put(`pending/x/${String(p).padStart(6,'0')}.ndjson`, pendingPart(Array.from({length:1000},(_, i)=>profileDelivery({revision:p*1000+i, identities:[identity('CRMID',`C${p*1000+i}`)], changes:[entered('A1'),exited('A3')], attributes:{'person.name.firstName':'Ada','loyalty.tier':'gold'}}))));
globalThis.gc?.(); const base = process.memoryUsage(); let peak = 0; const t = setInterval(()=>{},10);
const t0 = performance.now();
const r = await exportOutlet(store,'x',0,(rows,slot)=>{ peak=Math.max(peak,process.memoryUsage().heapUsed); const files = membershipFiles({id:'x',identity:'CRMID',attributes:['person.name.firstName']},rows,slot); peak=Math.max(peak,process.memoryUsage().heapUsed); return {files,invalid:[]};},{moveOn:false,now:0});
clearInterval(t);
console.log(r.exports[0]!.files, 'heap MB', (peak-base.heapUsed)/1e6, 'rss MB', process.memoryUsage().rss/1e6, 'ms', performance.now()-t0);
