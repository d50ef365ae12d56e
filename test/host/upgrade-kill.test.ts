/** An upgrade that is killed at any moment leaves a machine that boots the old system or the new one, whole. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {inBootOrder} from '../../engine/boot/boot-loader.ts';
import {readMachine} from '../../engine/deployment/change-machine.ts';
import {openStore} from '../../engine/store/store.ts';
import {hostSystem} from '../../engine/system/host.ts';
import type {MadeMachine} from '../engine/deployment/made-machine.ts';
import {followedMachine} from '../engine/update/followed-machine.ts';
import {publish} from '../engine/update/published-image.ts';
import {seededRandom} from '../seeded.ts';
import {runOrKill} from './run-or-kill.ts';

const test = suite('killed upgrade');
const program = path.join(import.meta.dirname, '../engine/update/upgrade-process.ts');
const rounds = 20;
const folder = mkdtempSync(path.join(tmpdir(), 'killed-upgrade-'));
const layout = path.join(folder, 'layout');
test.after(() => rmSync(folder, {recursive: true}));

test.before(() => {
	const random = seededRandom(3);
	const files = Array.from({length: 500}, (_, n) => {
		const size = random.pick([70, 900, 5000, 40_000]);
		return [`usr/share/${n}`, Buffer.alloc(size, `${n} `)] as const;
	});
	publish(layout, {version: '1', files});
});

const runUpgrade = ({root, esp}: MadeMachine, killAfterMs?: number) =>
	runOrKill(program, [root, esp], killAfterMs);

/** Version of what boots next, of which all must be there. */
async function checkNext({root, system}: MadeMachine): Promise<string | undefined> {
	const {set, physicalRoot} = await readMachine(system, root);
	const [next] = inBootOrder(set.entries ?? []);
	const deployment = set.deployments.find(({id}) => id === next?.deploymentId);
	assert.ok(deployment?.origin, 'what boots next has an origin');
	const {digest} = deployment.origin.imageVerity;
	const store = openStore(hostSystem(), path.join(physicalRoot, 'composefs'));
	const {problems} = await store.verify({deployments: new Map([[digest, [deployment.id]]])});
	assert.equal(problems, []);
	return deployment.origin.imageVersion;
}

test(`leaves the old system or the new one after each of ${rounds} kills`, async () => {
	const random = seededRandom(20);
	const whole = await followedMachine(layout);
	const durationMs = await runUpgrade(whole);
	assert.is(await checkNext(whole), '1');
	whole[Symbol.dispose]();

	const seen = new Set<string | undefined>();
	for (let round = 0; round < rounds; round++) {
		using machine = await followedMachine(layout);
		await runUpgrade(machine, random.next() * durationMs);
		seen.add(await checkNext(machine));
		await runUpgrade(machine);
		assert.is(await checkNext(machine), '1');
	}
	assert.ok(seen.has('0'), 'no kill came before the end');
});

test.run();
