import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {connectionFailure} from '../../../../engine/oci/registry/connection-failure.ts';
import {RegistryFailure} from '../../../../engine/oci/registry/failure.ts';

const test = suite('failed connections');
const errorOf = (code: string, message = 'node says this') =>
	Object.assign(new Error(message), {code});

const cases: readonly (readonly [
	code: string,
	ours: string,
	message: string,
	isTransient: boolean,
])[] = [
	['ENOTFOUND', 'unreachable', 'H is not known: its name has no address', false],
	['EAI_AGAIN', 'unreachable', 'no name server answers who H is', true],
	['ECONNREFUSED', 'unreachable', 'H cannot be reached', true],
	['ENETUNREACH', 'unreachable', 'H cannot be reached', true],
	['ETIMEDOUT', 'unreachable', 'H cannot be reached', true],
	['ERR_PROXY_TUNNEL', 'unreachable', 'the proxy does not connect to H', true],
	['ERR_SSL_WRONG_VERSION_NUMBER', 'unreachable', 'H does not speak https', false],
	['CERT_HAS_EXPIRED', 'untrusted', 'the certificate of H is not valid now', false],
	['CERT_NOT_YET_VALID', 'untrusted', 'the certificate of H is not valid now', false],
	['ERR_TLS_CERT_ALTNAME_INVALID', 'untrusted', 'the certificate of H is for another name', false],
	['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted', 'the certificate of H is not trusted', false],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted', 'the certificate of H is not trusted', false],
	['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted', 'the certificate of H is not trusted', false],
	['CERT_REVOKED', 'untrusted', 'the certificate of H is not trusted', false],
	['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'untrusted', 'H refuses our side of TLS', false],
	['ECONNRESET', 'interrupted', 'the connection to H broke', true],
	['EPIPE', 'interrupted', 'the connection to H broke', true],
	['HPE_INVALID_CONSTANT', 'protocol', 'H does not speak HTTP', false],
];
for (const [code, ours, message, isTransient] of cases)
	test(`with ${code} are explained`, () => {
		const cause = errorOf(code);
		const error = connectionFailure('H', cause);
		assert.instance(error, RegistryFailure);
		assert.equal(
			[error.code, error.message, error.cause, (error as RegistryFailure).isTransient],
			[`registry-${ours}`, `${message} (${code})`, cause, isTransient],
		);
		assert.ok(error.hint);
	});

test('with an alert in the handshake are told from those without TLS', () => {
	const alert = errorOf('EPROTO', 'ssl3_read_bytes:sslv3 alert handshake failure');
	assert.is(connectionFailure('H', alert).message, 'H refuses our side of TLS (EPROTO)');
	assert.is(connectionFailure('H', errorOf('EPROTO')).message, 'H does not speak https (EPROTO)');
});

test('of a host that the registry redirects to are mended where the registry is set up', () => {
	const error = connectionFailure('storage', errorOf('SELF_SIGNED_CERT_IN_CHAIN'), 'registry:5000');
	assert.is(error.message, 'the certificate of storage is not trusted (SELF_SIGNED_CERT_IN_CHAIN)');
	assert.is(error.hint, 'Put its CA certificate into /etc/containers/certs.d/registry:5000/ca.crt');
});

test.run();
