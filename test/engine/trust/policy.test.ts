import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parsePolicy} from '../../../engine/trust/policy.ts';
import {failure, told} from '../oci/settings/failure.ts';

const test = suite('policy');
const path = '/etc/containers/policy.json';
const parse = (text: string) => parsePolicy(path, Buffer.from(text));
const accept = {type: 'insecureAcceptAnything'};

test('has requirements by transport and scope', () => {
	const policy = parse(`{
	"default": [{"type": "reject"}],
	"transports": {
		"docker": {
			"": [{"type": "insecureAcceptAnything"}],
			"registry.example.com/ns": [
				{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/a.gpg", "signedIdentity": {"type": "matchExact"}},
				{"type": "sigstoreSigned", "fulcio": {}, "rekorPublicKeyPath": "/rekor.pub"}
			],
			"*.example.com": [{"type": "signedBaseLayer", "baseLayerIdentity": {}}]
		},
		"oci": {"/srv/images": [{"type": "laterKind", "keys": 1}]},
		"docker-archive": {"": [{"type": "reject"}]},
		"containers-storage": {"[overlay@/var/lib/containers/storage]localhost": [{"type": "reject"}]},
		"atomic": {},
		"later-transport": {"any: scope": [{"type": "reject"}]}
	}}`);
	const reject = [{type: 'reject'}];
	assert.equal(policy, {
		path,
		default: reject,
		transports: new Map([
			[
				'docker',
				new Map([
					['', [accept]],
					['registry.example.com/ns', [{type: 'signedBy'}, {type: 'sigstoreSigned'}]],
					['*.example.com', [{type: 'signedBaseLayer'}]],
				]),
			],
			['oci', new Map([['/srv/images', [{type: 'laterKind'}]]])],
			['docker-archive', new Map([['', reject]])],
			['containers-storage', new Map([['[overlay@/var/lib/containers/storage]localhost', reject]])],
			['atomic', new Map()],
			['later-transport', new Map([['any: scope', reject]])],
		]),
	});
});

test('may be a default alone', () => {
	assert.equal(parse('{"default": [{"type": "insecureAcceptAnything"}]}'), {
		path,
		default: [accept],
		transports: new Map(),
	});
});

const anything = '[{"type": "insecureAcceptAnything"}]';
const withDocker = (scopes: string) =>
	`{"default": ${anything}, "transports": {"docker": ${scopes}}}`;
const withScope = (transport: string, scope: string) =>
	`{"default": ${anything}, "transports": {"${transport}": {"${scope}": ${anything}}}}`;
const mistakes: readonly (readonly [text: string, what: string])[] = [
	['', ': the policy is not JSON: '],
	['// all\n{"default": []}', ': the policy is not JSON: '],
	['\ufeff{"default": []}', ': the policy is not JSON: '],
	[`{"default": ${anything},}`, ': the policy is not JSON: '],
	[
		`{"default": [{"type": "reject"}], "default": ${anything}}`,
		': the policy has the key "default" twice (at byte 34)',
	],
	[
		`{"default": [{"type": "reject", "\\u0074ype": "insecureAcceptAnything"}]}`,
		': the policy has the key "type" twice',
	],
	[
		withDocker(`{"a.com": ${anything}, "a.com": ${anything}}`),
		': the policy has the key "a.com" twice',
	],
	['[]', ' is no object'],
	['null', ' is no object'],
	['{}', ' has no default'],
	['{"transports": {}}', ' has no default'],
	[`{"Default": ${anything}}`, ' has the unknown key "Default"'],
	[`{"default": ${anything}, "transport": {}}`, ' has the unknown key "transport"'],
	[`{"default": ${anything}, "__proto__": {}}`, ' has the unknown key "__proto__"'],
	['{"default": null}', ': default is no list of one requirement or more'],
	['{"default": []}', ': default is no list of one requirement or more'],
	['{"default": {"type": "reject"}}', ': default is no list of one requirement or more'],
	['{"default": ["reject"]}', ': default[0] is no object'],
	['{"default": [{"type": "reject"}, {}]}', ': default[1] has no type'],
	['{"default": [{"type": 1}]}', ': default[0] has no type'],
	[
		'{"default": [{"type": "reject", "keyPath": "/a"}]}',
		': default[0] has the unknown key "keyPath"',
	],
	[
		'{"default": [{"type": "insecureAcceptAnything", "signedIdentity": {}}]}',
		': default[0] has the unknown key "signedIdentity"',
	],
	[
		'{"default": [{"type": "signedBy", "keypath": "/a"}]}',
		': default[0] has the unknown key "keypath"',
	],
	[
		'{"default": [{"type": "sigstoreSigned", "keyType": "GPGKeys"}]}',
		': default[0] has the unknown key "keyType"',
	],
	[`{"default": ${anything}, "transports": null}`, ': transports is no object'],
	[`{"default": ${anything}, "transports": []}`, ': transports is no object'],
	[withDocker('[]'), ': transports.docker is no object'],
	[
		withDocker('{"a.com/ns": []}'),
		': transports.docker["a.com/ns"] is no list of one requirement or more',
	],
	[withDocker('{"": [{"type": ""}, 1]}'), ': transports.docker[""][1] is no object'],
	[withScope('oci', '/'), ': transports.oci has the scope "/", and must say "" for all paths'],
	[
		withScope('oci', 'srv'),
		': transports.oci has the scope "srv", which is no absolute path in its shortest form',
	],
	[
		withScope('oci-archive', '/srv/'),
		': transports["oci-archive"] has the scope "/srv/", which is no absolute path in its shortest form',
	],
	[
		withScope('oci', '/srv/../etc'),
		': transports.oci has the scope "/srv/../etc", which is no absolute path in its shortest form',
	],
	[
		withScope('docker-archive', '/srv/a.tar'),
		': transports["docker-archive"] has the scope "/srv/a.tar", and can have "" alone',
	],
	[
		withScope('containers-storage', 'docker.io'),
		': transports["containers-storage"] has the scope "docker.io", which does not begin with a store, such as [overlay@/var/lib/containers/storage]',
	],
	[
		withScope('containers-storage', '[overlay@]'),
		': transports["containers-storage"] has the scope "[overlay@]"',
	],
];
test('is refused whole for any mistake, which is named', async () => {
	for (const [text, what] of mistakes) {
		const whole = `usage: ${path}${what}`;
		assert.is((await told(() => parse(text))).slice(0, whole.length), whole, text);
		assert.match((await failure(() => parse(text))).hint ?? '', `Correct ${path}`);
	}
});

test('is refused when it is not UTF-8, or nested without end', async () => {
	assert.is(
		await told(() => parsePolicy(path, Buffer.from('{"default": "\xff"}', 'latin1'))),
		`usage: ${path}: the policy is not UTF-8`,
	);
	assert.match(
		await told(() => parse('['.repeat(99) + ']'.repeat(99))),
		'nested more than 64 deep',
	);
});

test.run();
