import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {contentChanges} from '../../../engine/deployment/content-changes.ts';
import {deploymentChanges} from '../../../engine/deployment/deployment-changes.ts';
import type {Inventory} from '../../../engine/deployment/take-inventory.ts';
import {sampleDeployment} from './samples.ts';

const test = suite('changes of a deployment');

const holding = (size: number, version: string): Inventory => ({
	size,
	packages: {format: 'dpkg', versions: new Map([['bash', version]])},
});
const first = sampleDeployment(0);
const second = sampleDeployment(1, {
	imageVersion: '13.2',
	kernelVersion: '6.12.57-amd64',
	imageVerity: {algorithm: 'sha256', digest: 'ab'.repeat(32)},
});

test('are those of image, kernel, size and packages', () => {
	const contents = contentChanges(holding(1000, '1'), holding(900, '2'));
	const changes = deploymentChanges(first, second, contents);
	assert.equal(changes, {
		from: first.id,
		isSameImage: false,
		version: {from: '13.1', to: '13.2'},
		kernelVersion: {from: '6.12.48-amd64', to: '6.12.57-amd64'},
		size: {from: 1000, to: 900},
		packages: {
			added: [],
			removed: [],
			upgraded: [{name: 'bash', from: '1', to: '2'}],
			downgraded: [],
		},
	});
	assert.equal(JSON.parse(JSON.stringify(changes)), changes);
});

test('are null where one of the two is not known', () => {
	const {imageVersion, ...origin} = second.origin;
	assert.equal(deploymentChanges(first, {...second, origin}), {
		from: first.id,
		isSameImage: false,
		version: {from: '13.1', to: null},
		kernelVersion: {from: '6.12.48-amd64', to: '6.12.57-amd64'},
		size: null,
		packages: null,
	});
	const bare = {size: 1, packages: undefined};
	assert.equal(contentChanges(bare, holding(2, '1')), {size: {from: 1, to: 2}, packages: null});
});

test.run();
