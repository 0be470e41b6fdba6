# Stands in for the parts of fastlane that the recipe's Fastfile touches, because fastlane comes neither from Debian nor from npm: what its token class,
# its refreshing middleware and its client do with a token, as the page docs/recipes/fastlane.md names them. App Store Connect is the stand-in of this machine.
# As a program: ruby spaceship.rb FASTFILE LANE.
require "json"
require "net/http"

module Spaceship
  class ConnectAPI
    HOST = "api.appstoreconnect.apple.com"

    class Token
      attr_reader :key_id, :issuer_id, :text, :duration, :expiration, :key_raw
      attr_accessor :in_house

      def initialize(key_id: nil, issuer_id: nil, key: nil, key_raw: nil, duration: nil, in_house: nil)
        @key_id, @issuer_id, @key, @key_raw, @in_house = key_id, issuer_id, key, key_raw, in_house
        @duration = (duration || 500).to_i
        refresh!
      end

      def refresh! = raise("a subclass that does not sign was to take my place")

      def expired? = @expiration < Time.now
    end

    App = Struct.new(:bundle_id) do
      def self.all = ConnectAPI.get("/v1/apps").map { |app| new(app.dig("attributes", "bundleId")) }
    end

    class << self
      attr_accessor :token

      def get(path, tries: 5)
        token.refresh! if token.expired?
        response = connection.get(path, "Host" => HOST, "Authorization" => "Bearer #{token.text}")
        return JSON.parse(response.body).fetch("data") if response.code == "200"
        raise response.body unless response.code == "401" && tries > 1

        token.refresh!
        get(path, tries: tries - 1)
      end

      private

      def connection
        http = Net::HTTP.new(HOST, Integer(ENV.fetch("SIGNET_STAND_IN_PORT")))
        http.ipaddr = "127.0.0.1"
        http.use_ssl = true
        http
      end
    end
  end
end

module UI
  def self.message(text) = puts(text)
end

# fastlane reads a Fastfile with eval in a method of this class, where `lane` is one of its methods.
class FastFile
  def initialize(path)
    @lanes = {}
    eval(File.read(path), binding, path) # rubocop:disable Security/Eval
  end

  def desc(_text) = nil

  def lane(name, &block)
    @lanes[name] = block
  end

  def run(name) = @lanes.fetch(name).call
end

if $PROGRAM_NAME == __FILE__
  $LOAD_PATH.unshift(__dir__)
  $LOADED_FEATURES << File.join(__dir__, "spaceship.rb") # what the Fastfile requires is here already
  fastfile, lane = ARGV
  FastFile.new(fastfile).run(lane.to_sym)
end
