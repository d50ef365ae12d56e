import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	deploymentsByImage,
	imagesInUse,
	layersInUse,
} from '../../../engine/deployment/images-in-use.ts';
import {Refused} from '../../../engine/errors.ts';
import {sampleDeployment} from './samples.ts';

const test = suite('images in use');

const first = 'a'.repeat(64);
const second = 'b'.repeat(64);
const deployments = [first, second, first].map((digest, serial) =>
	sampleDeployment(serial, {imageVerity: {algorithm: 'sha256', digest}}),
);
const unreadable = {
	id: '3f2a9c1b4d5e.9',
	origin: undefined,
	problem: 'origin.json is not JSON',
	unfinished: false,
};

test('names the deployments of each image', () => {
	assert.equal(
		deploymentsByImage([...deployments, unreadable]),
		new Map([
			[first, ['3f2a9c1b4d5e.0', '3f2a9c1b4d5e.2']],
			[second, ['3f2a9c1b4d5e.1']],
		]),
	);
});

test('keeps what deployments use, and what runs', () => {
	const running = 'c'.repeat(64);
	assert.equal(imagesInUse(deployments, running), new Set([first, second, running]));
	assert.equal(imagesInUse([], undefined), new Set());
});

test('refuses to decide while a deployment cannot be read', () => {
	try {
		imagesInUse([...deployments, unreadable], undefined);
		assert.unreachable();
	} catch (error) {
		assert.ok(error instanceof Refused);
		assert.equal(
			[error.code, error.message, error.hint],
			[
				'unreadable-deployment',
				'deployment 3f2a9c1b4d5e.9 may use anything: origin.json is not JSON',
				'Repair its origin, or delete the deployment, and run it again.',
			],
		);
	}
});

test('name the layers that they were made of, as far as their origins do', () => {
	const [low, high, other] = ['0a', '0b', '0c'].map((byte) => `sha256:${byte.repeat(32)}`) as [
		string,
		string,
		string,
	];
	const layered = [[low, high], [low, other], undefined].map((layers, serial) =>
		sampleDeployment(serial, layers && {layers}),
	);
	assert.equal(layersInUse([...layered, unreadable]), new Set([low, high, other]));
	assert.equal(layersInUse(deployments), new Set());
});

test.run();
