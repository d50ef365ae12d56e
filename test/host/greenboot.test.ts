/** Checks that were made for greenboot, run by the whole program as at boot. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {exitStatus} from '../../engine/errors.ts';
import {bundleProgram, MachineRoot, whyNoMachineRoot} from './machine-root.ts';

const test = suite("greenboot's folders");
const problem = whyNoMachineRoot();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-greenboot-'));
const app = path.join(folder, 'app');
test.before(() => bundleProgram(app));
test.after(() => rmSync(folder, {recursive: true}));

const image = {image: 'registry.example.com/myos:latest', transport: 'registry'} as const;

/** Runs the checks as at boot. */
async function bootChecks(machine: MachineRoot) {
	const {status, stdout} = await machine.slipway('health', '--boot');
	return [
		status,
		...stdout
			.replaceAll(/\d+\.\d s/g, 'N s')
			.trimEnd()
			.split('\n'),
	];
}

check('decide whether a boot is good, by what is required alone', async () => {
	using machine = await MachineRoot.make(image, app);
	// greenboot gives scripts to bash, whether they may be executed or not.
	machine.write('etc/greenboot/check/required.d/01_up.sh', '[[ up == u* ]] && echo up\n');
	machine.script('etc/greenboot/check/required.d/02_route.sh', 'echo no route; exit 3');
	machine.write('etc/greenboot/check/required.d/README', 'no script\n');
	machine.write('etc/greenboot/check/wanted.d/03_time.sh', 'echo no time; exit 1\n');
	for (const color of ['green', 'red'])
		machine.write(`etc/greenboot/${color}.d/10_tell.sh`, `echo ${color} >>/told.log\n`);
	const place = '/etc/greenboot/check';
	const wanted = [
		`FAILED: 03_time.sh (exit status 1, N s, wanted): ${place}/wanted.d/03_time.sh`,
		'  no time',
	];
	assert.equal(await bootChecks(machine), [
		exitStatus.failed,
		'passed: 01_up.sh (N s)',
		`FAILED: 02_route.sh (exit status 3, N s, required): ${place}/required.d/02_route.sh`,
		'  no route',
		...wanted,
		'not healthy: 02_route.sh failed, of 3 checks',
	]);
	assert.is(machine.read('told.log'), 'red\n');
	const {failure} = (await machine.status()).status.booted?.deployment ?? {};
	assert.equal(
		failure?.checks.map(({name, output}) => [name, output]),
		[
			['02_route.sh', 'no route\n'],
			['03_time.sh', 'no time\n'],
		],
	);

	machine.script('etc/greenboot/check/required.d/02_route.sh', 'exit 0');
	assert.equal(await bootChecks(machine), [
		exitStatus.ok,
		'passed: 01_up.sh (N s)',
		'passed: 02_route.sh (N s)',
		...wanted,
		'healthy: 3 checks',
	]);
	assert.is(machine.read('told.log'), 'red\ngreen\n');
	assert.is((await machine.status()).status.booted?.deployment.failure, null);
});

test.run();
