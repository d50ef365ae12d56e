import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {writeOrigin} from '../../../engine/deployment/state-directory.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {decideUpdate} from '../../../engine/update/decide.ts';
import {emptyQuarantine} from '../../../engine/update/quarantine.ts';
import {readUpdateState} from '../../../engine/update/read-update-state.ts';
import {emptyUpdaterState} from '../../../engine/update/updater-state.ts';
import {sampleDeployment, sampleOrigin} from '../deployment/samples.ts';
import {defaultSettings} from './samples.ts';
import {available, now} from './situations.ts';

const test = suite('state of updates');

test('is made from the running system, damaged records told', async () => {
	const root = mkdtempSync(path.join(tmpdir(), 'update-state-'));
	try {
		await writeOrigin(path.join(root, 'sysroot'), sampleDeployment(0));
		for (const [name, text] of [
			['proc/cmdline', `composefs=${sampleOrigin.imageVerity.digest} slipway=3f2a9c1b4d5e.0`],
			['proc/loadavg', '0.00 0.00 0.00 1/100 1\n'],
			['etc/machine-id', '0123456789abcdef0123456789abcdef\n'],
			['sysroot/state/quarantine.json', '{'],
			['sysroot/state/update.json', JSON.stringify(available)],
		] as const) {
			mkdirSync(path.dirname(path.join(root, name)), {recursive: true});
			writeFileSync(path.join(root, name), text);
		}
		const {state, problems} = await readUpdateState(
			fakeSystem({}, {systemctl: 'inactive\n'}),
			root,
		);
		const {timeZone, ...machine} = state.machine;
		assert.equal(
			{...state, machine},
			{
				deployments: {
					deployments: [sampleDeployment(0)],
					entries: undefined,
					bootedId: '3f2a9c1b4d5e.0',
				},
				cached: available,
				quarantine: emptyQuarantine,
				updater: emptyUpdaterState,
				machine: {
					logins: {sessions: [], inhibitors: []},
					power: {source: 'mains', batteryPercent: undefined},
					metered: false,
					load: 0,
				},
				machineId: '0123456789abcdef0123456789abcdef',
			},
		);
		assert.equal(problems, [`${root}/sysroot/state/quarantine.json is not JSON`]);
		assert.is(decideUpdate(state, defaultSettings, now).reason, 'boot-state-unknown');
	} finally {
		rmSync(root, {recursive: true});
	}
});

test.run();
