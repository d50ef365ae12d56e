import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {
	formatImageName,
	parseImageName,
	splitArchiveName,
} from '../../../engine/update/image-name.ts';

const test = suite('names of images');
const places = {root: '/nonexistent', environment: {}, includesHome: false};

const names: readonly (readonly [text: string, image: string, transport: string])[] = [
	['registry.example.com/myos', 'registry.example.com/myos:latest', 'registry'],
	['docker://registry.example.com/myos:1', 'registry.example.com/myos:1', 'registry'],
	['localhost:5000/myos:2', 'localhost:5000/myos:2', 'registry'],
	['oci:/srv/layout:v2', '/srv/layout:v2', 'oci'],
	['oci-archive:/srv/myos.tar', '/srv/myos.tar', 'oci-archive'],
	['docker-archive:/srv/myos.tar:myos:2', '/srv/myos.tar:myos:2', 'docker-archive'],
	[
		'containers-storage:registry.example.com/myos:1',
		'registry.example.com/myos:1',
		'containers-storage',
	],
	['containers-storage:3f2a9c1b4d5e', '3f2a9c1b4d5e', 'containers-storage'],
];
for (const [text, image, transport] of names)
	test(`say where ${text} is`, async () => {
		const parsed = await parseImageName(text, places);
		assert.equal(parsed, {image, transport});
		assert.equal(await parseImageName(formatImageName(parsed), places), parsed);
	});

const mistakes: readonly (readonly [text: string, message: RegExp])[] = [
	['myos', /names no registry/],
	['oci:', /"oci:" names no image/],
	['oci:layout', /"oci:layout" is not an absolute path/],
	['oci-archive:./myos.tar', /is not an absolute path/],
	['containers-storage:myos:1', /"myos:1" is not the whole name of an image in podman's storage/],
	['containers-storage:localhost/My:1', /"My" is not a repository path/],
];
for (const [text, message] of mistakes)
	test(`are not taken in the form of ${text}`, async () => {
		const error = await parseImageName(text, places).then(
			() => undefined,
			(thrown: unknown) => thrown,
		);
		assert.instance(error, UsageError);
		assert.match((error as UsageError).message, message);
	});

test('of archives end the path at the first colon', () => {
	assert.equal(splitArchiveName('/srv/a.tar'), {path: '/srv/a.tar', name: undefined});
	assert.equal(splitArchiveName('/srv/a.tar:b:2'), {path: '/srv/a.tar', name: 'b:2'});
});

test.run();
