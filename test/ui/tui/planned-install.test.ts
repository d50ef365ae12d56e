import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {MiB} from '../../../installer/disk/size.ts';
import {planInstall} from '../../../installer/plan.ts';
import {plannedInstall} from '../../../ui/tui/planned-install.ts';
import {sampleOrigin} from '../../engine/deployment/samples.ts';
import {foundDisk} from '../../installer/disk/found-disk.ts';

const test = suite('plan for the summary');

const plan = planInstall({
	disk: foundDisk(),
	settings: {rootFileSystem: 'xfs', espSize: undefined},
	sizes: {
		rootBytes: 400 * MiB,
		rootInodes: 13_000,
		bootBytes: 45 * MiB,
		loaderBytes: MiB,
		varBytes: 20 * MiB,
	},
	architecture: 'x86-64',
	seed: 'fixed',
	image: {
		reference: 'registry.example.com/myos:latest',
		isPullable: true,
		manifestDigest: undefined,
		configDigest: 'sha256:c0ffee',
		verityDigest: 'ab12',
	},
	bootstrap: [],
	deployment: {
		id: '20261122-1',
		origin: {...sampleOrigin, imageVerity: {algorithm: 'sha256', digest: 'ab12'}},
	},
	canEnableVerity: true,
});

test('has what was worth telling while it was made, and everything once', () => {
	const careless = 'everybody on this host can read /auth.json, which holds a secret';
	const [own] = plan.warnings;
	assert.ok(own);
	assert.equal(plannedInstall(plan, []).warnings, [own.message]);
	assert.equal(plannedInstall(plan, [careless, own.message]).warnings, [careless, own.message]);
});

test.run();
