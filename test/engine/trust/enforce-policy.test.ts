import {mkdirSync, realpathSync, symlinkSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseReference} from '../../../engine/oci/reference.ts';
import type {SettingsPlaces} from '../../../engine/oci/settings/places.ts';
import {enforcePolicy} from '../../../engine/trust/enforce-policy.ts';
import type {PolicySubject} from '../../../engine/trust/policy-subject.ts';
import {failure, told} from '../oci/settings/failure.ts';
import {SettingsRoots} from '../oci/settings/settings-root.ts';

const test = suite('policy gate');
const roots = new SettingsRoots();
test.after(() => roots.remove());

const accept = '{"default": [{"type": "insecureAcceptAnything"}]}';
const reject = '{"default": [{"type": "reject"}]}';
const subject: PolicySubject = {
	transport: 'docker',
	reference: parseReference('a.example.com/myos:1'),
};
const rejectedBy = (file: string) =>
	`policy-rejects: ${file} rejects a.example.com/myos:1 (default)`;

const order = [
	'/root/.config/containers/policy.json',
	'/etc/containers/policy.json',
	'/usr/share/containers/policy.json',
];
test('is the first file there is', async () => {
	const home: Partial<SettingsPlaces> = {environment: {HOME: '/root'}, includesHome: true};
	for (const [index, file] of order.entries()) {
		const others = order.slice(index + 1).map((other) => [other, accept]);
		const places = roots.make(Object.fromEntries([[file, reject], ...others]), home);
		assert.is(await told(() => enforcePolicy(subject, {places})), rejectedBy(file));
	}
});

test('leaves homes out unless asked', async () => {
	const files = {
		'/root/.config/containers/policy.json': reject,
		'/etc/containers/policy.json': accept,
	};
	await enforcePolicy(subject, {places: roots.make(files, {environment: {HOME: '/root'}})});
});

test('is a file that is named, and no other', async () => {
	const files = {'/etc/containers/policy.json': accept, '/env.json': reject, '/given.json': accept};
	const environment = {CONTAINERS_POLICY_JSON: '/env.json'};
	const places = roots.make(files, {environment});
	assert.is(await told(() => enforcePolicy(subject, {places})), rejectedBy('/env.json'));
	await enforcePolicy(subject, {places, policyFile: '/given.json'});
	assert.is(
		await told(() => enforcePolicy(subject, {places, policyFile: '/none.json'})),
		'usage: --policy names /none.json, and there is no such file',
	);
	const without = roots.make({'/etc/containers/policy.json': accept}, {environment});
	assert.is(
		await told(() => enforcePolicy(subject, {places: without})),
		'usage: CONTAINERS_POLICY_JSON names /env.json, and there is no such file',
	);
});

test('lets nothing through without a policy, and shows the smallest', async () => {
	const work = () => enforcePolicy(subject, {places: roots.make({})});
	assert.is(
		await told(work),
		'no-policy: no signature policy says whose images are taken: no /etc/containers/policy.json, no /usr/share/containers/policy.json',
	);
	const {hint = ''} = await failure(work);
	assert.is(hint, `Write /etc/containers/policy.json; to take all images unsigned: ${accept}`);
	const places = roots.make({'/etc/containers/policy.json': hint.replace(/^[^{]*/, '')});
	await enforcePolicy(subject, {places});
});

test('stops at a broken policy, whatever lies behind it', async () => {
	const files = {'/etc/containers/policy.json': '{}', '/usr/share/containers/policy.json': accept};
	assert.is(
		await told(() => enforcePolicy(subject, {places: roots.make(files)})),
		'usage: /etc/containers/policy.json has no default',
	);
});

test('goes by where links to a layout lead', async () => {
	const folder = realpathSync(roots.make({'/real/x': ''}).root);
	const layout = path.join(folder, 'real');
	const link = path.join(folder, 'link');
	symlinkSync('real', link);
	mkdirSync(path.join(layout, 'deep'));
	const scopes = {oci: {[layout]: [{type: 'reject'}]}};
	const policy = {default: [{type: 'insecureAcceptAnything'}], transports: scopes};
	const places = roots.make({'/etc/containers/policy.json': JSON.stringify(policy)});
	const rejected = (place: string) =>
		`policy-rejects: /etc/containers/policy.json rejects oci:${place} (oci scope ${layout})`;
	assert.is(
		await told(() => enforcePolicy({transport: 'oci', path: link}, {places})),
		rejected(layout),
	);
	assert.is(
		await told(() => enforcePolicy({transport: 'oci', path: path.join(link, 'deep')}, {places})),
		rejected(path.join(layout, 'deep')),
	);
	await enforcePolicy({transport: 'oci', path: folder}, {places});
});

test('is not asked about a path that is not there', async () => {
	const places = roots.make({'/etc/containers/policy.json': accept, '/file': ''});
	for (const name of ['missing', 'file/below']) {
		const place = path.join(places.root, name);
		assert.is(
			await told(() => enforcePolicy({transport: 'oci-archive', path: place}, {places})),
			`no-such-image: there is no ${place}`,
		);
	}
});

test.run();
